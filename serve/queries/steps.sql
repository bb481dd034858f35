-- What whole days have, less the events of the first and last day that lie outside the window. A session goes
-- with the last of its events before the window if none is in it, or with its first after it.
with counted as (
    select
        event_date,
        event_type,
        events,
        sessions,
        revenue
    from days_steps
    union all
    select
        event_date,
        event_type,
        -count(*) as events,
        -count(*) filter (
            where
            case
                when occurred_at < $starts_at then coalesce(type_next_at > $ends_at, true)
                else coalesce(type_previous_date < $first_date, true)
            end
        ) as sessions,
        -sum(revenue) as revenue
    from fct_events
    where event_date in ($first_date, $last_date) and occurred_at not between $starts_at and $ends_at
    group by event_date, event_type
)

select
    event_date,
    event_type,
    cast(sum(events) as bigint) as events,
    cast(sum(sessions) as bigint) as sessions,
    sum(revenue) as revenue
from counted
group by event_date, event_type
order by event_date
