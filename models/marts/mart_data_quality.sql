with events as (
    select *
    from {{ ref('int_events') }}
    where has_unreadable_price or has_unreadable_quantity or has_unreadable_metadata or has_unreadable_text
),

known_orders as (
    select * from {{ ref('int_orders') }}
),

refunds as (
    select * from {{ ref('int_conversion_events') }}
    where order_role = 'refund'
),

defects as (
    {% for field in ('price', 'quantity', 'metadata', 'text') %}
        select
            event_type,
            'unreadable_{{ field }}' as defect,
            event_date
        from events
        where has_unreadable_{{ field }}
        union all
    {% endfor %}
    select
        refunds.event_type,
        'unknown_order' as defect,
        refunds.event_date
    from refunds
    left join known_orders on refunds.order_key = known_orders.order_key
    where known_orders.order_key is null
)

select
    event_type,
    defect,
    count(*) as events,
    event_date
from defects
group by event_date, event_type, defect
