with touches as (
    select
        *,
        coalesce({{ microseconds_between('touched_at', 'ordered_at') }}, 0) as microseconds
    from {{ ref('fct_order_touches') }}
)

select
    path,
    count(*) as orders,
    cast(sum(first_revenue) as decimal(38, 4)) as revenue,
    cast(sum(touches) as bigint) as touches,
    cast(
        sum({{ whole_quotient('microseconds * 20000 + 86400000000', '172800000000') }}) * 0.0001 as decimal(38, 4)
    ) as days,
    order_date as event_date
from touches
where touch_number = 1
group by order_date, path
