select
    source,
    cast(sum(events) as bigint) as events,
    cast(coalesce(sum(sessions) filter (where coalesce(previous_date < $first_date, true)), 0) as bigint) as sessions
from api_sources
where event_date between $first_date and $last_date
group by source
