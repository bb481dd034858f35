{{ config(materialized='daily', unique_key='product_slug') }}
-- depends_on: {{ ref('stg_touched_days') }}
-- depends_on: {{ ref('stg_touched_events') }}

with products as (
    select * from {{ ref('fct_products_daily') }}
),

names as (
    select
        product_slug,
        max_by(product_name, named_at) as product_name
    from {{ ref('fct_product_names') }}
    group by product_slug
)

select
    products.product_slug,
    coalesce(names.product_name, products.product_slug) as product_name,
    products.views,
    products.carts,
    products.purchases,
    products.sessions_with_view,
    products.sessions_with_cart,
    products.sessions_with_purchase,
    products.units,
    products.revenue,
    {{ percentage('products.purchases', 'products.views') }} as conversion_rate,
    {{ percentage('products.sessions_with_purchase', 'products.sessions_with_view') }} as session_conversion_rate,
    products.event_date
from products
left join names on products.product_slug = names.product_slug
