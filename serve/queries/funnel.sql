-- A session counts for a step with the last of its events in the window: the next one lies after it.
select
    event_type as step,
    count(*) as sessions
from fct_events
where
    occurred_at between $starts_at and $ends_at
    and event_type in ('page_view', 'product_view', 'add_to_cart', 'begin_checkout', 'purchase')
    and case
        when $source is null then coalesce(type_next_at > $ends_at, true)
        else source = $source and coalesce(type_source_next_at > $ends_at, true)
    end
group by event_type
