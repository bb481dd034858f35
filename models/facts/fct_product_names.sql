with named_events as (
    select
        product_slug,
        product_name,
        occurred_at
    from {{ ref('stg_events') }}
    where product_slug is not null and product_name is not null
),

names as (
    select
        product_slug,
        occurred_at as named_at,
        max(product_name) as product_name
    from named_events
    group by product_slug, occurred_at
)

select
    product_slug,
    product_name,
    named_at
from names
qualify
    product_name is distinct from lag(product_name) over (partition by product_slug order by named_at)
