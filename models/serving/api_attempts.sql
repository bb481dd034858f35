{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

select
    dense_rank() over (partition by event_date order by buyer_id) as buyer_number,
    event_type,
    product_slug,
    source,
    coalesce(value, 0) as value,
    event_date,
    occurred_at
from {{ ref('stg_checkout_events') }}
where event_type in ({{ checkout_steps() }}, {{ error_types() }})
order by occurred_at
