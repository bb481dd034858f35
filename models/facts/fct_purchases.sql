{{ config(materialized='touched', unique_key='buyer_id') }}
-- depends_on: {{ ref('stg_touched_events') }}

with purchases as (
    select *
    from {{ ref('stg_checkout_events') }}
    where event_type = 'purchase' and {{ is_made_anew('buyer_id') }}
)

select
    buyer_id,
    session_id,
    quantity as units,
    value as revenue,
    cast(row_number() over buyer_purchases as integer) as purchase_number,
    event_date as purchase_date,
    lag(event_date) over buyer_purchases as previous_purchase_date,
    min(event_date) over (partition by buyer_id) as first_purchase_date,
    occurred_at as purchased_at,
    lag(occurred_at) over buyer_purchases as previous_purchase_at,
    lag(occurred_at, 2) over buyer_purchases as second_previous_purchase_at
from purchases
window buyer_purchases as (partition by buyer_id order by occurred_at, value, session_id, quantity)
