-- Today so far, and days before up to the same time of day. A session counts with its last event of the kind in the
-- time, and an order by its first line.
with days as (
    select
        unnest($dates) as event_date,
        unnest($end_instants) as ends_at
),

by_type as (
    select
        days.event_date,
        events.event_type,
        count(*) as events,
        count(*) filter (where coalesce(events.session_next_at > days.ends_at, true)) as last_of_sessions,
        count(*) filter (where coalesce(events.type_next_at > days.ends_at, true)) as sessions_of_type
    from fct_events as events
    inner join days on events.event_date = days.event_date
    where events.event_date in $dates and events.occurred_at <= days.ends_at
    group by days.event_date, events.event_type
),

events as (
    select
        event_date,
        sum(events) as events,
        sum(last_of_sessions) as sessions,
        sum(sessions_of_type) filter (where event_type = 'add_to_cart') as cart_sessions,
        sum(sessions_of_type) filter (where event_type = 'begin_checkout') as checkout_sessions,
        sum(events) filter (where event_type = 'payment_error') as payment_errors,
        sum(events) filter (where event_type = 'whatsapp_cart_click') as whatsapp_clicks
    from by_type
    group by event_date
),

orders as (
    select
        days.event_date,
        count(*) as orders,
        sum(orders.net_revenue) as net_revenue
    from fct_orders as orders
    inner join days on orders.order_date = days.event_date
    where orders.order_date in $dates and orders.ordered_at <= days.ends_at
    group by days.event_date
)

select
    days.event_date,
    cast(coalesce(events.events, 0) as bigint) as events,
    cast(coalesce(events.sessions, 0) as bigint) as sessions,
    cast(coalesce(events.cart_sessions, 0) as bigint) as cart_sessions,
    cast(coalesce(events.checkout_sessions, 0) as bigint) as checkout_sessions,
    cast(coalesce(events.payment_errors, 0) as bigint) as payment_errors,
    cast(coalesce(events.whatsapp_clicks, 0) as bigint) as whatsapp_clicks,
    coalesce(orders.orders, 0) as orders,
    coalesce(orders.net_revenue, 0) as net_revenue
from days
left join events on days.event_date = events.event_date
left join orders on days.event_date = orders.event_date
order by days.event_date desc
