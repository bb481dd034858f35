-- The marts count whole days. These are the events of the window's first and last day that lie
-- outside it, each with what leaves the distinct counts when it is taken away.
create temporary table edge as
select
    event_date,
    event_type,
    product_slug,
    source,
    units,
    revenue,
    cast(coalesce(type_next_at > $ends_at, true) as integer) as type_sessions,
    cast(coalesce(product_next_at > $ends_at, true) as integer) as product_sessions,
    cast(session_previous_date is distinct from event_date as integer) as source_sessions,
    case
        when session_next_at between $starts_at and $ends_at then session_next_source
    end as next_source
from fct_events
where event_date = $first_date and occurred_at < $starts_at
union all
select
    event_date,
    event_type,
    product_slug,
    source,
    units,
    revenue,
    cast(coalesce(type_previous_date < $first_date, true) as integer) as type_sessions,
    cast(coalesce(product_previous_date < $first_date, true) as integer) as product_sessions,
    cast(coalesce(session_previous_date < $first_date, true) as integer) as source_sessions,
    null as next_source
from fct_events
where event_date = $last_date and occurred_at > $ends_at
