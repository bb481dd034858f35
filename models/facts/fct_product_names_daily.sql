{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with names as (
    select
        product_slug,
        max(product_name) as product_name,
        event_date,
        occurred_at as named_at
    from {{ ref('stg_events') }}
    where product_slug is not null and product_name is not null
    group by event_date, product_slug, occurred_at
),

changes as (
    select
        *,
        lag(product_name) over (partition by event_date, product_slug order by named_at) as previous_name
    from names
)

select
    product_slug,
    product_name,
    event_date,
    named_at
from changes
where product_name is distinct from previous_name
