-- counted() is count(*), or count(distinct session_id) in mode unique.
with products as (
    select
        product_slug as slug,
        counted() filter (where event_type = 'product_view') as views,
        counted() filter (where event_type = 'add_to_cart') as add_to_cart,
        counted() filter (where event_type = 'purchase') as purchases,
        coalesce(sum(quantity) filter (where event_type = 'purchase'), 0) as units
    from raw_events
    where
        created_at between $starts_at and $ends_at
        and product_slug is not null
        and event_type in ('product_view', 'add_to_cart', 'purchase')
    group by product_slug
),

sold as (
    from products where units > 0 order by units desc, slug limit 5
),

viewed as (
    from products where views > 0 order by views desc, slug limit 5
),

performing as (
    from products order by views desc, slug limit 10
),

names as (
    select
        product_slug as slug,
        arg_max(product_name, created_at) as name
    from raw_events
    where created_at <= $now and product_slug in (select slug from performing)
    group by product_slug
)

select
    (select list({'slug': slug, 'count': units} order by units desc, slug) from sold) as top_products,
    (select list({'slug': slug, 'count': views} order by views desc, slug) from viewed) as top_viewed_products,
    (
        select list({
            'slug': slug,
            'name': name,
            'views': views,
            'add_to_cart': add_to_cart,
            'purchases': purchases,
            'conversion_rate': coalesce(round(1000 * purchases / nullif(views, 0)) / 10, 0),
            'purchases_units': units
        } order by views desc, slug)
        from performing
        inner join names using (slug)
    ) as product_performance
