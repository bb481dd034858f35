select
    max(occurred_at) filter (where occurred_at <= $now) as newest_event_at,
    min(occurred_at) filter (where occurred_at > $now) as next_event_at
from fct_events
