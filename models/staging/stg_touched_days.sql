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
select touched_rows.event_date
from {{ ref('stg_touched_rows') }} as touched_rows
inner join touched_sessions
    on
        touched_rows.session_id = touched_sessions.session_id
        and touched_rows.event_date >= touched_sessions.first_touched_date
