{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with attempts as (
    select
        *,
        min(occurred_at) over (partition by event_date, buyer_id) as first_at,
        min(session_id) over (partition by event_date, buyer_id) as first_session_id
    from {{ ref('stg_checkout_events') }}
    where event_type in ({{ checkout_steps() }}, {{ error_types() }})
)

select
    -- In the order in which they came, so that the number says nothing else of them.
    dense_rank() over (partition by event_date order by first_at, first_session_id, buyer_id) as buyer_number,
    event_type,
    product_slug,
    source,
    coalesce(value, 0) as value,
    event_date,
    occurred_at
from attempts
order by occurred_at
