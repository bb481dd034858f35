{{ config(materialized='touched', unique_key='session_id') }}
-- depends_on: {{ ref('stg_touched_events') }}
-- depends_on: {{ ref('stg_touched_rows') }}

with events as (
    {{ events_of(rows_made_anew(), ref('stg_later_deliveries')) }}
)

select
    session_id,
    buyer_id,
    event_type,
    product_slug,
    source,
    quantity,
    value,
    event_date,
    occurred_at
from events
where event_type in ({{ checkout_steps() }}, {{ error_types() }}, 'whatsapp_cart_click', 'whatsapp_purchase')
