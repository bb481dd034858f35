with orders_so_far as (
    select * from {{ orders_so_far() }}
),

orders as (
    select
        orders.order_key,
        orders.order_id,
        orders.source,
        orders.order_date,
        orders.ordered_at,
        coalesce(orders_so_far.lines, orders.lines) as lines,
        coalesce(orders_so_far.units, orders.units) as units,
        coalesce(orders_so_far.gross_revenue, orders.gross_revenue) as gross_revenue,
        coalesce(orders_so_far.refunded_revenue, orders.refunded_revenue) as refunded_revenue
    from fct_orders as orders
    left join orders_so_far on orders.order_key = orders_so_far.order_key
    where orders.ordered_at between $starts_at and $ends_at
),

refunds as (
    select refunded_revenue
    from fct_refunds
    where
        occurred_at between $starts_at and $ends_at
        and order_key not in (
            select order_key
            from fct_orders
            where last_event_at > $now
        )
    union all
    select refunds as refunded_revenue
    from orders_so_far
),

sources as (
    select
        source,
        count(*) as orders,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue
    from orders
    group by source
),

-- As in `traffic`.
ranked_sources as (
    select
        *,
        count(*) over () > $most_sources
        and row_number() over (order by source = 'other', gross_revenue desc, source asc) >= $most_sources as is_rest
    from sources
),

newest_orders as (
    select *
    from orders
    order by ordered_at desc, order_key asc
    limit 10
),

rows_of_kinds as (
    select
        'day' as kind,
        order_date,
        count(*) as orders,
        sum(lines) as lines,
        sum(units) as units,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        count(*) filter (where refunded_revenue > 0) as refunded_orders
    from orders
    group by order_date
    union all by name
    select
        'source' as kind,
        is_rest,
        case when is_rest then 'other' else source end as source,
        sum(orders) as orders,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue
    from ranked_sources
    group by all
    union all by name
    select
        'order' as kind,
        order_key,
        order_date,
        order_id,
        source,
        ordered_at,
        1 as orders,
        lines,
        units,
        gross_revenue,
        refunded_revenue
    from newest_orders
    union all by name
    select
        'refunds' as kind,
        sum(refunded_revenue) as refunded_revenue
    from refunds
)

select
    kind,
    order_date,
    order_id,
    source,
    ordered_at,
    cast(coalesce(orders, 0) as bigint) as orders,
    cast(coalesce(lines, 0) as bigint) as lines,
    cast(coalesce(units, 0) as bigint) as units,
    coalesce(gross_revenue, 0) as gross_revenue,
    coalesce(refunded_revenue, 0) as refunded_revenue,
    cast(coalesce(refunded_orders, 0) as bigint) as refunded_orders
from rows_of_kinds
order by kind asc, ordered_at desc, order_key asc, is_rest asc, gross_revenue desc, source asc, order_date asc
