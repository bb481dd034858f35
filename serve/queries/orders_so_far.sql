-- Of an order with an event after now, only what has happened counts: its lines and refunds are added up again.
with unfinished_orders as (
    select
        order_key,
        ordered_at
    from fct_orders
    where last_event_at > $now
),

lines as materialized (
    select
        order_key,
        product_slug,
        units,
        revenue
    from fct_order_lines
    where
        occurred_at <= $now
        and order_key in (
            select order_key
            from unfinished_orders
            where ordered_at <= $now
        )
),

lines_so_far as (
    select
        order_key,
        count(*) as lines,
        sum(units) as units,
        sum(revenue) as gross_revenue
    from lines
    group by order_key
),

products_so_far as (
    select
        order_key,
        product_slug,
        sum(units) as units,
        sum(revenue) as revenue
    from lines
    group by order_key, product_slug
),

-- As in `fct_refunds`.
requests as (
    select
        refunds.order_key,
        refunds.occurred_at,
        coalesce(
            refunds.requested_revenue,
            cast(
                cast(products.revenue * 10000 as hugeint) * refunds.units // cast(products.units as hugeint) * 0.0001
                as decimal(38, 4)
            ),
            lines.gross_revenue
        ) as requested_revenue
    from fct_refunds as refunds
    inner join lines_so_far as lines on refunds.order_key = lines.order_key
    left join products_so_far as products
        on refunds.order_key = products.order_key and refunds.product_slug = products.product_slug
    where refunds.occurred_at <= $now
),

requested as (
    select
        order_key,
        sum(requested_revenue) as revenue,
        sum(requested_revenue) filter (where occurred_at < $starts_at) as revenue_before,
        sum(requested_revenue) filter (where occurred_at <= $ends_at) as revenue_to_end
    from requests
    group by order_key
)

select
    lines.*,
    least(coalesce(requested.revenue, 0), lines.gross_revenue) as refunded_revenue,
    least(coalesce(requested.revenue_to_end, 0), lines.gross_revenue)
    - least(coalesce(requested.revenue_before, 0), lines.gross_revenue) as refunds
from lines_so_far as lines
left join requested on lines.order_key = requested.order_key
