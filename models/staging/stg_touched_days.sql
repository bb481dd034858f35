-- What comes before the first touched event of a session, or of a buyer, is as it was.
with touched_events as (
    select * from {{ ref('stg_touched_events') }}
),

touched_sessions as (
    select
        session_id,
        min(event_date) as first_touched_date
    from touched_events
    group by session_id
),

touched_buyers as (
    select
        buyer_id,
        min(event_date) as first_touched_date
    from touched_events
    group by buyer_id
)

select event_date
from touched_events
union
select touched_rows.event_date
from {{ ref('stg_touched_rows') }} as touched_rows
inner join touched_sessions
    on
        touched_rows.session_id = touched_sessions.session_id
        and touched_rows.event_date >= touched_sessions.first_touched_date
union
select events.event_date
from {{ ref('stg_checkout_events') }} as events
inner join touched_buyers
    on
        events.buyer_id = touched_buyers.buyer_id
        and events.event_date >= touched_buyers.first_touched_date
