with orders as (
    select * from {{ ref('int_orders') }}
)

select
    ordered_at,
    lag(ordered_at) over (partition by person_id order by ordered_at, order_key) as previous_ordered_at
from orders
