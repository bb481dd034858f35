with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

events as (
    select * from {{ ref('int_events') }}
),

checkout_steps as (
    select * from {{ ref('int_checkout_steps') }}
),

changed_sessions as (
    select
        session_id,
        min(event_date) as first_changed_date
    from changed_rows
    group by session_id
),

changed_buyers as (
    select
        buyer_id,
        min(event_date) as first_changed_date
    from changed_rows
    group by buyer_id
)

-- An event may count in another way once something before it changed, so the later days of its session and of its
-- buyer change too. No column of a model by day may depend on what happens after that day.
select event_date
from changed_rows
union
select events.event_date
from events
inner join changed_sessions
    on
        events.session_id = changed_sessions.session_id
        and events.event_date >= changed_sessions.first_changed_date
union
select checkout_steps.event_date
from checkout_steps
inner join changed_buyers
    on
        checkout_steps.buyer_id = changed_buyers.buyer_id
        and checkout_steps.event_date >= changed_buyers.first_changed_date
