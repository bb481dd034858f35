-- Times are kept only where a window's beginning or end within its first or last day may matter to them: null
-- is an event that lies in the window, or one before that does not, whatever the second.
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
