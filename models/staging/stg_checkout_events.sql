{{ config(materialized='touched', unique_key='session_id') }}
-- depends_on: {{ ref('stg_touched_events') }}
-- depends_on: {{ ref('stg_touched_rows') }}

with touched_rows as (
    select *
    from {{ rows_made_anew() }}
    where
        event_type in (
            'begin_checkout', 'purchase', {{ error_types() }}, 'whatsapp_cart_click', 'whatsapp_purchase'
        )
        and {{ is_made_anew() }}
),

events as (
    {{ events_of('touched_rows', ref('stg_later_deliveries')) }}
)

select
    row_hash,
    session_id,
    buyer_id,
    event_type,
    product_slug,
    source,
    quantity,
    {{ line_value('price', 'quantity') }} as value,
    has_unreadable_price,
    event_date,
    occurred_at
from events
