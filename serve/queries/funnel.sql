with counted as (
    select
        event_date,
        step,
        events,
        case when coalesce(previous_date < $first_date, true) then sessions else 0 end as sessions
    from mart_funnel
    where event_date between $first_date and $last_date
    union all
    select
        event_date,
        event_type as step,
        -1 as events,
        -type_sessions as sessions
    from edge
    where event_type in (select distinct step from mart_funnel)
)

select
    event_date,
    step,
    cast(sum(events) as bigint) as events,
    cast(sum(sessions) as bigint) as sessions
from counted
group by event_date, step
