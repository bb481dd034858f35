with totals as (
    select
        (select count(*) from {{ ref('int_events') }}) as events,
        (select coalesce(sum(events), 0) from {{ ref('fct_events_daily') }}) as daily_events,
        (select coalesce(sum(events), 0) from {{ ref('mart_traffic') }}) as traffic_events,
        (
            select coalesce(sum(events), 0)
            from {{ ref('fct_events_daily') }}
            where event_type = 'purchase'
        ) as purchase_events,
        (select coalesce(sum(purchases), 0) from {{ ref('mart_sales') }}) as purchases,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_events_daily') }}) as event_revenue,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_sales') }}) as revenue,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_traffic') }}) as traffic_revenue,
        (select coalesce(sum(new_buyers), 0) from {{ ref('mart_sales') }}) as new_buyers,
        (
            select count(*)
            from {{ ref('int_purchases') }}
            where purchase_number = 1
        ) as buyers,
        (select coalesce(sum(lines), 0) from {{ ref('fct_orders') }}) as order_lines,
        (select coalesce(sum(gross_revenue), 0) from {{ ref('fct_orders') }}) as gross_revenue,
        (select coalesce(sum(refunded_revenue), 0) from {{ ref('fct_orders') }}) as refunded_revenue,
        (select count(*) from {{ ref('fct_order_lines') }}) as lines,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_order_lines') }}) as line_revenue,
        (select coalesce(sum(refunded_revenue), 0) from {{ ref('fct_order_lines') }}) as line_refunded_revenue,
        (select coalesce(sum(refunded_revenue), 0) from {{ ref('fct_refunds') }}) as refunds,
        (select coalesce(sum(net_revenue), 0) from {{ ref('mart_orders') }}) as mart_net_revenue,
        (select coalesce(sum(refunds), 0) from {{ ref('mart_orders') }}) as mart_refunds,
        (select count(*) from {{ ref('fct_orders') }}) as orders,
        (select coalesce(sum(orders), 0) from {{ ref('mart_paths') }}) as orders_of_paths,
        (select coalesce(sum(orders), 0) from {{ ref('mart_campaigns') }}) as orders_of_campaigns,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_campaigns') }}) as revenue_of_campaigns,
        (
            select count(*)
            from (
                select
                    event_date,
                    sum(orders) as orders,
                    sum(net_revenue) as net_revenue,
                    sum(new_buyers) as new_buyers
                from {{ ref('mart_orders') }}
                where orders > 0
                group by event_date
            ) as placed
            cross join (
                select distinct model
                from {{ ref('mart_attribution') }}
            ) as models
            full outer join (
                select
                    event_date,
                    model,
                    sum(orders) as orders,
                    sum(revenue) as revenue,
                    sum(new_buyers) as new_buyers
                from {{ ref('mart_attribution') }}
                group by event_date, model
            ) as attributed
                on placed.event_date = attributed.event_date and models.model = attributed.model
            where
                placed.orders is distinct from attributed.orders
                or placed.net_revenue is distinct from attributed.revenue
                or placed.new_buyers is distinct from attributed.new_buyers
        ) as days_with_other_shares,
        (
            select count(*)
            from {{ ref('fct_orders') }}
            where refunded_revenue < 0 or refunded_revenue > gross_revenue
        ) as impossible_orders,
        (
            select count(*)
            from {{ ref('fct_order_lines') }}
            where refunded_revenue < 0 or refunded_revenue > revenue
        ) as impossible_lines,
        (
            select count(*)
            from {{ ref('fct_refunds') }}
            where order_key not in (select order_key from {{ ref('fct_orders') }})
        ) as refunds_of_no_order
)

select *
from totals
where
    events != daily_events
    or events != traffic_events
    or purchase_events != purchases
    or event_revenue != revenue
    or event_revenue != traffic_revenue
    or new_buyers != buyers
    or purchases != order_lines
    or purchases != lines
    or revenue != gross_revenue
    or revenue != line_revenue
    or refunded_revenue != line_refunded_revenue
    or refunded_revenue != refunds
    or refunded_revenue != mart_refunds
    or mart_net_revenue != gross_revenue - refunded_revenue
    or orders != orders_of_paths
    or orders != orders_of_campaigns
    or revenue_of_campaigns != mart_net_revenue
    or days_with_other_shares > 0
    or impossible_orders > 0
    or impossible_lines > 0
    or refunds_of_no_order > 0
