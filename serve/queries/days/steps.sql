select
    event_date,
    event_type,
    cast(sum(events) as bigint) as events,
    cast(coalesce(sum(sessions) filter (where coalesce(previous_date < $first_date, true)), 0) as bigint) as sessions,
    sum(revenue) as revenue
from fct_steps_daily
where event_date between $first_date and $last_date
group by event_date, event_type
