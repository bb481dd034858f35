{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select
        *,
        coalesce(product_previous_date != event_date, true) as is_first_of_day
    from {{ ref('fct_events') }}
    where
        product_slug is not null
        and event_type in ('product_view', 'add_to_cart', 'purchase')
)

select
    product_slug,
    count(*) filter (where event_type = 'product_view') as views,
    count(*) filter (where event_type = 'add_to_cart') as carts,
    count(*) filter (where event_type = 'purchase') as purchases,
    count(*) filter (where event_type = 'product_view' and is_first_of_day) as sessions_with_view,
    count(*) filter (where event_type = 'add_to_cart' and is_first_of_day) as sessions_with_cart,
    count(*) filter (where event_type = 'purchase' and is_first_of_day) as sessions_with_purchase,
    cast(sum(units) as bigint) as units,
    sum(revenue) as revenue,
    event_date
from events
group by event_date, product_slug
