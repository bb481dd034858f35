{{ config(materialized='incremental', unique_key='order_key') }}

with changed_orders as (
    select * from {{ ref('int_changed_orders') }}
),

conversion_events as (
    select * from {{ ref('int_conversion_events') }}
    where
        order_key is not null
        {% if is_incremental() %}
            and order_key in (select order_key from changed_orders)
        {% endif %}
),

orders as (
    select
        order_key,
        sum(value) as gross_revenue
    from conversion_events
    where order_role = 'line'
    group by order_key
),

products as (
    select
        order_key,
        product_slug,
        sum(quantity) as units,
        sum(value) as revenue
    from conversion_events
    where order_role = 'line' and product_slug is not null
    group by order_key, product_slug
),

-- A refund that names a product and no amount takes back what the order had for it; any other takes all that is left.
requests as (
    select
        events.order_key,
        events.order_id,
        events.event_type,
        events.session_id,
        events.product_slug,
        case when events.product_slug is not null then events.quantity else 0 end as units,
        events.value as requested_revenue,
        coalesce(
            events.value,
            cast({{ whole_quotient(
                'cast(products.revenue * 10000 as decimal(38, 0)) * events.quantity', 'products.units'
            ) }} * 0.0001 as decimal(38, 4)),
            orders.gross_revenue
        ) as taken_revenue,
        orders.gross_revenue,
        events.event_date,
        events.occurred_at
    from conversion_events as events
    inner join orders on events.order_key = orders.order_key
    left join products on events.order_key = products.order_key and events.product_slug = products.product_slug
    where events.order_role = 'refund'
),

added as (
    select
        *,
        sum(taken_revenue) over earlier_refunds as taken_before,
        sum(taken_revenue) over earlier_and_this as taken_so_far
    from requests
    window
        earlier_refunds as (
            partition by order_key
            order by occurred_at, taken_revenue, event_type, session_id, product_slug nulls last, units
            rows between unbounded preceding and 1 preceding
        ),
        earlier_and_this as (
            partition by order_key
            order by occurred_at, taken_revenue, event_type, session_id, product_slug nulls last, units
            rows between unbounded preceding and current row
        )
)

select
    order_key,
    order_id,
    event_type,
    product_slug,
    cast(units as bigint) as units,
    cast(requested_revenue as decimal(38, 4)) as requested_revenue,
    cast(
        least(taken_so_far, gross_revenue) - least(coalesce(taken_before, 0), gross_revenue) as decimal(38, 4)
    ) as refunded_revenue,
    event_date,
    occurred_at
from added
