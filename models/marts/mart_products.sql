with events as (
    select
        *,
        coalesce(product_previous_date != event_date, true) as is_first_of_day
    from {{ ref('fct_events') }}
    where
        product_slug is not null
        and event_type in ('product_view', 'add_to_cart', 'purchase')
),

names as (
    select
        product_slug,
        max_by(product_name, named_at) as product_name
    from {{ ref('fct_product_names') }}
    group by product_slug
),

counts as (
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
)

select
    counts.product_slug,
    coalesce(names.product_name, counts.product_slug) as product_name,
    counts.views,
    counts.carts,
    counts.purchases,
    counts.sessions_with_view,
    counts.sessions_with_cart,
    counts.sessions_with_purchase,
    counts.units,
    counts.revenue,
    {{ percentage('counts.purchases', 'counts.views') }} as conversion_rate,
    {{ percentage('counts.sessions_with_purchase', 'counts.sessions_with_view') }} as session_conversion_rate,
    counts.event_date
from counts
left join names on counts.product_slug = names.product_slug
