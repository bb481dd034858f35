with events as (
    select *
    from {{ ref('stg_checkout_events') }}
    where event_type in ('whatsapp_cart_click', 'whatsapp_purchase')
),

-- A click belongs to the session's next sale only, and a second sale to no click.
linked as (
    select
        session_id,
        event_type,
        event_type = 'whatsapp_purchase'
        and coalesce(lag(event_type) over session_events = 'whatsapp_cart_click', false) as is_after_click,
        not lag(has_unreadable_price) over session_events as has_known_value,
        lag(value) over session_events as clicked_value,
        event_date,
        {{ seconds_between('lag(occurred_at) over session_events', 'occurred_at') }} as seconds_since_previous
    from events
    window session_events as (partition by session_id order by occurred_at, event_type, value, not has_unreadable_price)
),

days as (
    select
        count(*) filter (where event_type = 'whatsapp_cart_click') as clicks,
        count(*) filter (where event_type = 'whatsapp_purchase') as sales,
        count(distinct session_id) filter (where event_type = 'whatsapp_cart_click') as sessions_with_click,
        count(distinct session_id) filter (where event_type = 'whatsapp_purchase') as sessions_with_sale,
        count(*) filter (where is_after_click) as sales_after_click,
        sum(seconds_since_previous) filter (where is_after_click) as seconds_to_sale,
        median(seconds_since_previous) filter (where is_after_click) as median_seconds_to_sale,
        count(*) filter (where is_after_click and has_known_value) as sales_with_revenue,
        sum(clicked_value) filter (where is_after_click and has_known_value) as revenue,
        event_date
    from linked
    group by event_date
)

select
    clicks,
    sales,
    sessions_with_click,
    sessions_with_sale,
    {{ percentage('sessions_with_sale', 'sessions_with_click') }} as closing_rate,
    sales_after_click,
    cast(coalesce(seconds_to_sale, 0) as bigint) as seconds_to_sale,
    median_seconds_to_sale,
    sales_with_revenue,
    coalesce(revenue, 0) as revenue,
    event_date
from days
