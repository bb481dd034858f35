-- As in `steps`; a session that goes on inside the window enters it with the source of its next event.
with counted as (
    select
        source,
        events,
        sessions
    from days_sources
    union all
    select
        source,
        -count(*) as events,
        -count(*) filter (
            where
            case
                when occurred_at < $starts_at then session_previous_date is distinct from event_date
                else coalesce(session_previous_date < $first_date, true)
            end
        ) as sessions
    from fct_events
    where event_date in ($first_date, $last_date) and occurred_at not between $starts_at and $ends_at
    group by source
    union all
    select
        session_next_source as source,
        0 as events,
        count(*) as sessions
    from fct_events
    where
        event_date = $first_date
        and occurred_at < $starts_at
        and session_next_at between $starts_at and $ends_at
    group by session_next_source
)

select
    source,
    cast(sum(events) as bigint) as events,
    cast(sum(sessions) as bigint) as sessions
from counted
group by source
order by sessions desc, source asc
