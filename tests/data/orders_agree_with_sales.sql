with totals as (
    select
        (select count(*) from {{ ref('int_purchases') }}) as purchases,
        (select coalesce(sum(revenue), 0) from {{ ref('int_purchases') }}) as revenue,
        (select coalesce(sum(lines), 0) from {{ ref('fct_orders') }}) as order_lines,
        (select coalesce(sum(gross_revenue), 0) from {{ ref('fct_orders') }}) as gross_revenue,
        (select coalesce(sum(refunded_revenue), 0) from {{ ref('fct_orders') }}) as refunded_revenue,
        (select count(*) from {{ ref('fct_order_lines') }}) as lines,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_order_lines') }}) as line_revenue,
        (select coalesce(sum(refunded_revenue), 0) from {{ ref('fct_order_lines') }}) as line_refunded_revenue,
        (select coalesce(sum(refunded_revenue), 0) from {{ ref('fct_refunds') }}) as refunds,
        (select coalesce(sum(net_revenue), 0) from {{ ref('mart_orders') }}) as mart_net_revenue,
        (select coalesce(sum(refunds), 0) from {{ ref('mart_orders') }}) as mart_refunds,
        (
            select count(*)
            from {{ ref('fct_orders') }}
            where refunded_revenue < 0 or refunded_revenue > gross_revenue
        ) as impossible_orders,
        (
            select count(*)
            from {{ ref('fct_order_lines') }}
            where refunded_revenue < 0 or refunded_revenue > revenue
        ) as impossible_lines
)

select *
from totals
where
    purchases != order_lines
    or purchases != lines
    or revenue != gross_revenue
    or revenue != line_revenue
    or refunded_revenue != line_refunded_revenue
    or refunded_revenue != refunds
    or refunded_revenue != mart_refunds
    or mart_net_revenue != gross_revenue - refunded_revenue
    or impossible_orders > 0
    or impossible_lines > 0
