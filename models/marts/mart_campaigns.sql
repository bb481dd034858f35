with counts as (
    select
        source,
        medium,
        campaign,
        visits,
        sessions,
        0 as carts,
        0 as orders,
        0 as revenue,
        event_date
    from {{ ref('int_visits_daily') }}
    union all
    select
        touch_source as source,
        touch_medium as medium,
        touch_campaign as campaign,
        0 as visits,
        0 as sessions,
        count(*) as carts,
        0 as orders,
        0 as revenue,
        opened_date as event_date
    from {{ ref('int_carts') }}
    where next_at is null
    group by opened_date, touch_source, touch_medium, touch_campaign
    union all
    select
        source,
        medium,
        campaign,
        0 as visits,
        0 as sessions,
        0 as carts,
        count(*) as orders,
        sum(last_revenue) as revenue,
        order_date as event_date
    from {{ ref('fct_order_touches') }}
    where touch_number = touches
    group by order_date, source, medium, campaign
)

select
    source,
    medium,
    campaign,
    cast(sum(visits) as bigint) as visits,
    cast(sum(sessions) as bigint) as sessions,
    cast(sum(carts) as bigint) as carts,
    cast(sum(orders) as bigint) as orders,
    cast(sum(revenue) as decimal(38, 4)) as revenue,
    event_date
from counts
group by event_date, source, medium, campaign
