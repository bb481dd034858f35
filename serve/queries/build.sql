select
    store_timezone,
    built_at,
    (
        select occurred_at
        from fct_events
        order by occurred_at desc
        limit 1
    ) as newest_event_at
from published_build
