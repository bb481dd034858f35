with touches as (
    select * from {{ ref('fct_order_touches') }}
)

select
    path,
    count(*) as orders,
    cast(sum(first_revenue) as decimal(38, 4)) as revenue,
    cast(sum(touches) as bigint) as touches,
    cast(coalesce(sum(days_before), 0) as decimal(38, 4)) as days,
    order_date as event_date
from touches
where touch_number = 1
group by order_date, path
