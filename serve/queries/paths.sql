-- As in `attribution`.
with orders_so_far as (
    select
        order_key,
        gross_revenue - refunded_revenue as net_revenue
    from {{ orders_so_far() }}
),

first_touches as (
    select * from fct_order_touches
    where touch_number = 1
),

counted as (
    select
        path,
        orders,
        revenue,
        touches,
        days
    from mart_paths
    where event_date between $first_date and $last_date
    union all
    select
        path,
        -1 as orders,
        -first_revenue as revenue,
        -touches as touches,
        -coalesce(days_before, 0) as days
    from first_touches
    where order_date in ($first_date, $last_date) and ordered_at not between $starts_at and $ends_at
    union all
    select
        touches.path,
        0 as orders,
        orders_so_far.net_revenue - touches.first_revenue as revenue,
        0 as touches,
        0 as days
    from first_touches as touches
    inner join orders_so_far on touches.order_key = orders_so_far.order_key
    where touches.ordered_at between $starts_at and $ends_at
)

select
    path,
    cast(sum(orders) as bigint) as orders,
    sum(revenue) as revenue,
    cast(sum(touches) as bigint) as touches,
    sum(days) as days
from counted
group by path
having sum(orders) > 0
order by orders desc, revenue desc, path asc
limit 10
