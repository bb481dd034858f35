select occurred_at as newest_event_at
from fct_events
where occurred_at <= $now
order by occurred_at desc
limit 1
