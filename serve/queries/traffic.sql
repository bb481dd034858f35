with counted as (
    select
        source,
        events,
        case when coalesce(previous_date < $first_date, true) then sessions else 0 end as sessions
    from mart_traffic
    where event_date between $first_date and $last_date
    union all
    select
        source,
        -1 as events,
        -source_sessions as sessions
    from edge
    union all
    -- A session that goes on inside the window enters it with the source of its next event.
    select
        next_source as source,
        0 as events,
        1 as sessions
    from edge
    where next_source is not null
)

select
    source,
    cast(sum(events) as bigint) as events,
    cast(sum(sessions) as bigint) as sessions
from counted
group by source
order by sessions desc, source asc
