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
),

totals as (
    select
        source,
        sum(events) as events,
        sum(sessions) as sessions
    from counted
    group by source
),

ranked as (
    select
        *,
        row_number() over (order by source = 'other', sessions desc, source asc) as place,
        count(*) filter (where sessions > 0) over () as sources
    from totals
),

-- What has no session of its own counts among the events only.
named as (
    select
        sessions = 0 or (sources > $most_sources and place >= $most_sources) as is_rest,
        case when is_rest then 'other' else source end as named_source,
        events,
        sessions
    from ranked
)

select
    named_source as source,
    cast(sum(events) as bigint) as events,
    cast(sum(sessions) as bigint) as sessions
from named
group by is_rest, named_source
order by is_rest asc, sessions desc, source asc
