{{ config(materialized='incremental', unique_key='buyer_id') }}

with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

purchases as (
    select * from {{ ref('int_conversion_events') }}
    where
        event_type = 'purchase'
        {% if is_incremental() %}
            and buyer_id in (select buyer_id from changed_rows)
        {% endif %}
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
