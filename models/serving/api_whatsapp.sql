{{ config(materialized='touched', unique_key='session_id') }}
-- depends_on: {{ ref('stg_touched_events') }}

with events as (
    select *
    from {{ ref('stg_checkout_events') }}
    where
        event_type in ('whatsapp_cart_click', 'whatsapp_purchase')
        and {{ is_made_anew('session_id', ref('stg_checkout_events')) }}
)

select
    session_id,
    event_type,
    event_date,
    occurred_at,
    lag(occurred_at) over session_type_events as previous_at,
    lead(occurred_at) over session_type_events as next_at
from events
window session_type_events as (partition by session_id, event_type order by occurred_at)
order by occurred_at
