-- Publishing replaces changed orders, as `unique_key` says, though a view has none of its own.
{{ config(unique_key='order_key') }}

with orders as (
    select * from {{ ref('int_orders') }}
)

select
    order_key,
    order_id,
    session_id,
    source,
    lines,
    units,
    gross_revenue,
    refunded_revenue,
    net_revenue,
    order_date,
    ordered_at,
    previous_ordered_at,
    last_event_at
from orders
