with totals as (
    select
        (select coalesce(sum(sales), 0) from {{ ref('mart_sales') }}) as sales,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_sales') }}) as revenue,
        (select coalesce(sum(events) filter (where step = 'purchase'), 0) from {{ ref('mart_funnel') }}) as funnel_sales,
        (select count(*) from {{ ref('mart_retention') }}) as retention_sales,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_events') }}) as event_revenue
)

select *
from totals
where sales != funnel_sales or sales != retention_sales or revenue != event_revenue
