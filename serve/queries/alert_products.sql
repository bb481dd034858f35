-- Products that many sessions viewed in 7 days and nobody bought. A session counts with its last view in the window.
with products as (
    select
        product_slug,
        count(*) filter (
            where event_type = 'product_view' and coalesce(product_next_at > $now, true)
        ) as sessions
    from fct_events
    where
        occurred_at between $now - interval 7 days and $now
        and event_type in ('product_view', 'purchase')
        and product_slug is not null
    group by product_slug
    having
        count(*) filter (where event_type = 'purchase') = 0
        and count(*) filter (
            where event_type = 'product_view' and coalesce(product_next_at > $now, true)
        ) > $viewed_sessions
    order by sessions desc, product_slug asc
    limit 50
),

-- As in `products`.
names as (
    select
        product_slug,
        arg_max(product_name, named_at) as product_name
    from fct_product_names
    where named_at <= $now and product_slug in (select product_slug from products)
    group by product_slug
)

select
    products.product_slug,
    products.sessions,
    coalesce(names.product_name, products.product_slug) as name
from products
left join names on products.product_slug = names.product_slug
order by products.sessions desc, products.product_slug asc
