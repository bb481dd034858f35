-- As in `steps`.
with counted as (
    select
        product_slug,
        event_type,
        events,
        sessions,
        units
    from days_products
    union all
    select
        product_slug,
        event_type,
        -count(*) as events,
        -count(*) filter (
            where
            case
                when occurred_at < $starts_at then coalesce(product_next_at > $ends_at, true)
                else coalesce(product_previous_date < $first_date, true)
            end
        ) as sessions,
        -cast(sum(units) as bigint) as units
    from fct_events
    where
        event_date in ($first_date, $last_date)
        and occurred_at not between $starts_at and $ends_at
        and product_slug is not null
        and event_type in ('product_view', 'add_to_cart', 'purchase')
    group by product_slug, event_type
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
    from fct_product_names
    where named_at <= $now and product_slug in (select slug from ranked)
    group by product_slug
)

select
    ranked.*,
    coalesce(names.product_name, ranked.slug) as name
from ranked
left join names on ranked.slug = names.product_slug
order by ranked.views_rank
