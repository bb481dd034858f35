-- Publishing replaces changed orders, as `unique_key` says, though a view has none of its own.
{{ config(unique_key='order_key') }}

with orders as (
    select * from {{ ref('int_orders') }}
)

select
    order_key,
    ordered_at,
    previous_ordered_at
from orders
