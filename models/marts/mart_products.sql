with steps as (
    select * from {{ ref('fct_product_steps_daily') }}
),

products as (
    select
        product_slug,
        coalesce(sum(events) filter (where event_type = 'product_view'), 0) as views,
        coalesce(sum(events) filter (where event_type = 'add_to_cart'), 0) as carts,
        coalesce(sum(events) filter (where event_type = 'purchase'), 0) as purchases,
        coalesce(sum(sessions) filter (where event_type = 'product_view'), 0) as sessions_with_view,
        coalesce(sum(sessions) filter (where event_type = 'add_to_cart'), 0) as sessions_with_cart,
        coalesce(sum(sessions) filter (where event_type = 'purchase'), 0) as sessions_with_purchase,
        sum(units) as units,
        sum(revenue) as revenue,
        event_date
    from steps
    group by event_date, product_slug
),

orders as (
    select
        product_slug,
        count(*) filter (where is_first_of_product) as orders,
        sum(refunded_units) as refunded_units,
        sum(net_revenue) as net_revenue,
        event_date
    from {{ ref('fct_order_lines') }}
    where product_slug is not null
    group by event_date, product_slug
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
    cast(products.views as bigint) as views,
    cast(products.carts as bigint) as carts,
    cast(products.purchases as bigint) as purchases,
    cast(products.sessions_with_view as bigint) as sessions_with_view,
    cast(products.sessions_with_cart as bigint) as sessions_with_cart,
    cast(products.sessions_with_purchase as bigint) as sessions_with_purchase,
    cast(products.units as bigint) as units,
    cast(products.revenue as decimal(38, 4)) as revenue,
    coalesce(orders.orders, 0) as orders,
    cast(coalesce(orders.refunded_units, 0) as bigint) as refunded_units,
    cast(coalesce(orders.net_revenue, 0) as decimal(38, 4)) as net_revenue,
    {{ percentage('products.purchases', 'products.views') }} as conversion_rate,
    {{ percentage('products.sessions_with_purchase', 'products.sessions_with_view') }} as session_conversion_rate,
    products.event_date
from products
left join orders on products.event_date = orders.event_date and products.product_slug = orders.product_slug
left join names on products.product_slug = names.product_slug
