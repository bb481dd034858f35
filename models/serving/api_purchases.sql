{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

select
    purchase_date as event_date,
    purchased_at,
    previous_purchase_at,
    second_previous_purchase_at
from {{ ref('fct_purchases') }}
order by purchased_at
