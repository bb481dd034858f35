-- What comes before a session's first touched event is as it was.
with touched_sessions as (
    select
        session_id,
        min(event_date) as first_touched_date
    from {{ ref('stg_touched_sessions') }}
    group by session_id
)

select event_date
from {{ ref('stg_touched_sessions') }}
union
select parsed_events.event_date
from {{ ref('stg_parsed_events') }} as parsed_events
inner join touched_sessions
    on
        parsed_events.session_id = touched_sessions.session_id
        and parsed_events.event_date >= touched_sessions.first_touched_date
