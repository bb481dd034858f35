-- counted() is count(*), or count(distinct session_id) in mode unique.
with events as (
    select *
    from raw_events
    where created_at between $starts_at and $ends_at
),

counts as (
    select
        counted() filter (where event_type = 'product_view') as product_view,
        counted() filter (where event_type = 'add_to_cart') as add_to_cart,
        counted() filter (where event_type = 'begin_checkout') as begin_checkout,
        counted() filter (where event_type = 'purchase') as purchase,
        count(*) filter (where event_type = 'purchase') as purchases,
        sum(revenue) filter (where event_type = 'purchase') as revenue,
        count(*) filter (where event_type = 'checkout_started') as checkout_started,
        count(*) filter (where event_type = 'payment_info_entered') as payment_info_entered,
        count(*) filter (where event_type = 'order_completed') as order_completed,
        count(*) filter (where event_type = 'payment_error') as payment_error,
        count(*) filter (where event_type = 'checkout_error') as checkout_error,
        count(*) filter (where event_type = 'payment_confirmation_error') as payment_confirmation_error,
        count(*) as events,
        count(distinct session_id) as sessions,
        count(distinct session_id) filter (where event_type = 'purchase') as sessions_with_purchase,
        count(distinct session_id) filter (where event_type = 'whatsapp_cart_click') as whatsapp_sessions,
        count(distinct session_id) filter (where event_type = 'whatsapp_purchase') as whatsapp_purchases
    from events
)

select
    purchases as total_sales,
    round(revenue, 2) as total_revenue,
    round(100 * revenue / purchases) / 100 as average_order_value,
    {
        'product_view': product_view,
        'add_to_cart': add_to_cart,
        'begin_checkout': begin_checkout,
        'purchase': purchase
    } as event_counts,
    {
        'visit_to_cart': round(1000 * add_to_cart / product_view) / 10,
        'cart_to_checkout': round(1000 * begin_checkout / add_to_cart) / 10,
        'checkout_to_purchase': round(1000 * purchase / begin_checkout) / 10
    } as conversion_rates,
    checkout_started as checkout_started_count,
    payment_info_entered as payment_info_entered_count,
    order_completed as order_completed_count,
    round(1000 * payment_info_entered / checkout_started) / 10 as conversion_checkout_to_payment,
    round(1000 * order_completed / payment_info_entered) / 10 as conversion_payment_to_order,
    {
        'payment_error': payment_error,
        'checkout_error': checkout_error,
        'payment_confirmation_error': payment_confirmation_error
    } as error_counts,
    {
        'unique_sessions': sessions,
        'avg_events_per_session': round(10 * events / sessions) / 10,
        'sessions_with_purchase': sessions_with_purchase
    } as session_stats,
    whatsapp_sessions,
    whatsapp_purchases
from counts
