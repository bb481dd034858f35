{{ config(materialized='incremental', unique_key='order_key') }}

with changed_orders as (
    select * from {{ ref('int_changed_orders') }}
),

lines as (
    select
        *,
        row_number() over (partition by order_key order by {{ order_of_lines() }}) as line_number
    from {{ ref('int_conversion_events') }}
    where
        order_role = 'line'
        {% if is_incremental() %}
            and order_key in (select order_key from changed_orders)
        {% endif %}
),

orders as (
    select
        order_key,
        max(order_id) as order_id,
        max(case when line_number = 1 then person_id end) as person_id,
        max(case when line_number = 1 then session_id end) as session_id,
        max(case when line_number = 1 then source end) as source,
        count(*) as lines,
        cast(sum(quantity) as bigint) as units,
        sum(value) as gross_revenue,
        max(case when line_number = 1 then event_date end) as order_date,
        min(occurred_at) as ordered_at,
        max(occurred_at) as last_line_at
    from lines
    group by order_key
),

refunds as (
    select
        order_key,
        sum(refunded_revenue) as refunded_revenue,
        max(occurred_at) as last_refund_at
    from {{ ref('fct_refunds') }}
    {% if is_incremental() %}
        where order_key in (select order_key from changed_orders)
    {% endif %}
    group by order_key
)

-- The list of changed orders has all orders of a person, or none.
select
    orders.order_key,
    orders.order_id,
    orders.person_id,
    orders.session_id,
    orders.source,
    orders.lines,
    orders.units,
    cast(orders.gross_revenue as decimal(38, 4)) as gross_revenue,
    cast(coalesce(refunds.refunded_revenue, 0) as decimal(38, 4)) as refunded_revenue,
    cast(orders.gross_revenue - coalesce(refunds.refunded_revenue, 0) as decimal(38, 4)) as net_revenue,
    orders.order_date,
    orders.ordered_at,
    lag(orders.order_date) over person_orders as previous_order_date,
    lag(orders.ordered_at) over person_orders as previous_ordered_at,
    greatest(orders.last_line_at, coalesce(refunds.last_refund_at, orders.last_line_at)) as last_event_at
from orders
left join refunds on orders.order_key = refunds.order_key
window person_orders as (partition by orders.person_id order by orders.ordered_at, orders.order_key)
