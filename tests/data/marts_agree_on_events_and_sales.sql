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
        ) as buyers
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
