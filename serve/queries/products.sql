with counted as (
    select
        product_slug,
        event_type,
        events,
        case when coalesce(previous_date < $first_date, true) then sessions else 0 end as sessions,
        units
    from mart_products
    where event_date between $first_date and $last_date
    union all
    select
        product_slug,
        event_type,
        -1 as events,
        -product_sessions as sessions,
        -units as units
    from edge
    where product_slug is not null and event_type in ('product_view', 'add_to_cart', 'purchase')
),

totals as (
    select
        product_slug,
        event_type,
        sum(case when $is_unique then sessions else events end) as counts,
        sum(units) as units
    from counted
    group by product_slug, event_type
    having sum(events) > 0
),

products as (
    select
        product_slug as slug,
        cast(coalesce(sum(counts) filter (where event_type = 'product_view'), 0) as bigint) as views,
        cast(coalesce(sum(counts) filter (where event_type = 'add_to_cart'), 0) as bigint) as add_to_cart,
        cast(coalesce(sum(counts) filter (where event_type = 'purchase'), 0) as bigint) as purchases,
        cast(sum(units) as bigint) as units
    from totals
    group by product_slug
),

ranked as (
    select
        *,
        row_number() over (order by views desc, slug asc) as views_rank,
        row_number() over (order by units desc, slug asc) as units_rank
    from products
    qualify views_rank <= 10 or units_rank <= 5
),

names as (
    select
        product_slug,
        arg_max(product_name, named_at) as product_name
    from mart_product_names
    where named_at <= $now and product_slug in (select slug from ranked)
    group by product_slug
)

select
    ranked.*,
    coalesce(names.product_name, ranked.slug) as name
from ranked
left join names on ranked.slug = names.product_slug
order by ranked.views_rank
