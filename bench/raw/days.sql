with days as (
    select
        cast(created_at as date) as date,
        count(*) filter (where event_type = 'product_view') as product_view,
        count(*) filter (where event_type = 'add_to_cart') as add_to_cart,
        count(*) filter (where event_type = 'begin_checkout') as begin_checkout,
        count(*) filter (where event_type = 'purchase') as purchase,
        count(*) filter (where event_type = 'checkout_started') as checkout_started,
        count(*) filter (where event_type = 'payment_info_entered') as payment_info_entered,
        count(*) filter (where event_type = 'order_completed') as order_completed,
        count(*) filter (where event_type = 'payment_error') as payment_error,
        count(*) filter (where event_type = 'checkout_error') as checkout_error,
        count(*) filter (where event_type = 'payment_confirmation_error') as payment_confirmation_error,
        count(*) filter (where event_type = 'address_error') as address_error
    from raw_events
    where created_at between $starts_at and $ends_at
    group by all
)

select
    list({'date': date, 'count': purchase} order by date) filter (where purchase > 0) as sales_by_day,
    list({
        'date': date,
        'product_view': product_view,
        'add_to_cart': add_to_cart,
        'begin_checkout': begin_checkout,
        'purchase': purchase,
        'checkout_started': checkout_started,
        'payment_info_entered': payment_info_entered,
        'order_completed': order_completed
    } order by date) as events_timeline,
    list({
        'date': date,
        'payment_error': payment_error,
        'checkout_error': checkout_error,
        'payment_confirmation_error': payment_confirmation_error,
        'address_error': address_error
    } order by date) as errors_timeline
from days
