with orders as (
    select * from {{ ref('int_orders') }}
),

refunds as (
    select
        orders.source,
        sum(refunds.refunded_revenue) as refunds,
        refunds.event_date
    from {{ ref('fct_refunds') }} as refunds
    inner join orders on refunds.order_key = orders.order_key
    group by refunds.event_date, orders.source
),

days as (
    select
        source,
        count(*) as orders,
        sum(lines) as lines,
        sum(units) as units,
        sum(gross_revenue) as gross_revenue,
        sum(refunded_revenue) as refunded_revenue,
        sum(net_revenue) as net_revenue,
        count(*) filter (where previous_order_date is null) as new_buyers,
        count(*) filter (where previous_order_date < order_date) as returning_buyers,
        order_date as event_date
    from orders
    group by order_date, source
)

select
    coalesce(days.source, refunds.source) as source,
    coalesce(days.orders, 0) as orders,
    cast(coalesce(days.lines, 0) as bigint) as lines,
    cast(coalesce(days.units, 0) as bigint) as units,
    cast(coalesce(days.gross_revenue, 0) as decimal(38, 4)) as gross_revenue,
    cast(coalesce(days.refunded_revenue, 0) as decimal(38, 4)) as refunded_revenue,
    cast(coalesce(days.net_revenue, 0) as decimal(38, 4)) as net_revenue,
    cast(coalesce(refunds.refunds, 0) as decimal(38, 4)) as refunds,
    coalesce(days.new_buyers, 0) as new_buyers,
    coalesce(days.returning_buyers, 0) as returning_buyers,
    coalesce(days.event_date, refunds.event_date) as event_date
from days
full outer join refunds on days.event_date = refunds.event_date and days.source = refunds.source
