with totals as (
    select
        (select coalesce(sum(purchases), 0) from {{ ref('mart_sales') }}) as sales,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_sales') }}) as revenue,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_traffic') }}) as traffic_revenue,
        (select coalesce(sum(new_buyers), 0) from {{ ref('mart_sales') }}) as new_buyers,
        (
            select coalesce(sum(events), 0)
            from {{ ref('fct_events_daily') }}
            where event_type = 'purchase'
        ) as events,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_events_daily') }}) as event_revenue,
        (select count(distinct buyer_id) from {{ ref('fct_purchases') }}) as buyers
)

select *
from totals
where sales != events or new_buyers != buyers or revenue != event_revenue or traffic_revenue != event_revenue
