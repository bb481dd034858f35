-- Timestamps are set only for the window's first and last day, where the exact second matters. NULL means that the
-- event is certainly inside the window, or that the event before it is certainly outside.
select
    event_type,
    count(*) as events,
    case when event_date in ($first_date, $last_date) then occurred_at end as occurred_at,
    case
        when previous_of_type_at >= $first_day_begins_at then least(previous_of_type_at, $first_day_ends_at)
    end as previous_of_type_at,
    case when previous_at >= $first_day_begins_at then least(previous_at, $first_day_ends_at) end as previous_at
from api_checkout_steps
where event_date between $first_date and $last_date
group by all
