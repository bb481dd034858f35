{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

select
    event_type,
    event_date,
    occurred_at,
    previous_of_type_at,
    previous_at
from {{ ref('fct_checkout_steps') }}
order by occurred_at
