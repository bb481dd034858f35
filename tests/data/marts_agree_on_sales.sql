with totals as (
    select
        (select coalesce(sum(sales), 0) from {{ ref('mart_sales') }}) as sales,
        (select coalesce(sum(revenue), 0) from {{ ref('mart_sales') }}) as revenue,
        (select count_if(event_type = 'purchase') from {{ ref('fct_events') }}) as events,
        (select count(*) from {{ ref('mart_retention') }}) as retention_sales,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_events') }}) as event_revenue
)

select *
from totals
where sales != events or sales != retention_sales or revenue != event_revenue
