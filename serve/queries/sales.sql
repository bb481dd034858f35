with counted as (
    select
        sales,
        revenue,
        event_date
    from mart_sales
    where event_date between $first_date and $last_date
    union all
    select
        -1 as sales,
        -revenue as revenue,
        event_date
    from edge
    where event_type = 'purchase'
)

select
    event_date,
    cast(sum(sales) as bigint) as sales,
    sum(revenue) as revenue
from counted
group by event_date
having sum(sales) > 0
order by event_date
