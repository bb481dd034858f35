with named_events as (
    select
        product_slug,
        product_name,
        occurred_at
    from {{ ref('stg_events') }}
    where product_slug is not null and product_name is not null
),

products as (
    select
        product_slug,
        min(product_name) as product_name,
        min(product_name) = max(product_name) as has_one_name,
        min(occurred_at) as named_at
    from named_events
    group by product_slug
),

-- Few products are ever renamed, and only their names have to be put in order.
names as (
    select
        product_slug,
        max(product_name) as product_name,
        occurred_at as named_at
    from named_events
    where
        product_slug in (
            select product_slug
            from products
            where not has_one_name
        )
    group by product_slug, occurred_at
),

changes as (
    select
        *,
        lag(product_name) over (partition by product_slug order by named_at) as previous_name
    from names
)

select
    product_slug,
    product_name,
    named_at
from products
where has_one_name
union all
select
    product_slug,
    product_name,
    named_at
from changes
where product_name is distinct from previous_name
