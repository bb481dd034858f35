{{ config(materialized='incremental', unique_key='order_key') }}

with changed_orders as (
    select * from {{ ref('int_changed_orders') }}
),

orders as (
    select * from {{ ref('int_orders') }}
    {% if is_incremental() %}
        where order_key in (select order_key from changed_orders)
    {% endif %}
),

product_refunds as (
    select
        order_key,
        product_slug,
        sum(units) as units,
        sum(refunded_revenue) as revenue
    from {{ ref('fct_refunds') }}
    where
        product_slug is not null
        {% if is_incremental() %}
            and order_key in (select order_key from changed_orders)
        {% endif %}
    group by order_key, product_slug
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

-- A refund of a product takes from its lines, the first line first.
product_lines as (
    select
        lines.*,
        orders.gross_revenue,
        orders.refunded_revenue,
        coalesce(product_refunds.units, 0) as product_units_refunded,
        coalesce(product_refunds.revenue, 0) as product_refunded,
        sum(lines.quantity) over product_so_far as product_units,
        sum(lines.value) over product_so_far as product_revenue
    from lines
    inner join orders on lines.order_key = orders.order_key
    left join product_refunds
        on lines.order_key = product_refunds.order_key and lines.product_slug = product_refunds.product_slug
    window
        product_so_far as (
            partition by lines.order_key, lines.product_slug
            order by lines.line_number
            rows between unbounded preceding and current row
        )
),

named as (
    select
        *,
        least(product_units_refunded, product_units)
        - least(product_units_refunded, product_units - quantity) as named_units,
        least(product_refunded, product_revenue) - least(product_refunded, product_revenue - value) as named_revenue
    from product_lines
),

-- A refund that names no product takes from all lines, in proportion to what is left of each. The shares up to a line
-- are rounded down together, so the shares add up. Of an order too large to multiply, it takes from the first lines.
remaining as (
    select
        *,
        refunded_revenue - sum(named_revenue) over (partition by order_key) as unnamed_refunded,
        sum(value - named_revenue) over (partition by order_key) as left_of_order,
        sum(value - named_revenue) over (
            partition by order_key order by line_number rows between unbounded preceding and current row
        ) as left_so_far
    from named
),

shares as (
    select
        *,
        case
            when left_of_order = 0 then 0
            when gross_revenue > 100000000000000 then least(unnamed_refunded, left_so_far)
            else
                cast({{ whole_quotient(
                    'cast(unnamed_refunded * 10000 as decimal(38, 0)) * cast(left_so_far * 10000 as decimal(38, 0))',
                    'nullif(cast(left_of_order * 10000 as decimal(38, 0)), 0)'
                ) }} * 0.0001 as decimal(38, 4))
        end as share_so_far
    from remaining
),

taken as (
    select
        *,
        row_number() over (
            partition by order_key, event_date, product_slug order by line_number
        ) as number_of_product,
        named_revenue + share_so_far - coalesce(
            lag(share_so_far) over (partition by order_key order by line_number), 0
        ) as line_refunded
    from shares
)

select
    order_key,
    order_id,
    cast(line_number as bigint) as line_number,
    session_id,
    product_slug,
    source,
    cast(quantity as bigint) as units,
    cast(value as decimal(38, 4)) as revenue,
    cast(
        case when gross_revenue > 0 and refunded_revenue = gross_revenue then quantity else named_units end as bigint
    ) as refunded_units,
    cast(line_refunded as decimal(38, 4)) as refunded_revenue,
    cast(value - line_refunded as decimal(38, 4)) as net_revenue,
    number_of_product = 1 as is_first_of_product,
    event_date,
    occurred_at
from taken
