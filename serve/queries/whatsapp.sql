select
    count(*) filter (where event_type = 'whatsapp_cart_click') as click_sessions,
    count(*) filter (where event_type = 'whatsapp_purchase') as purchase_sessions
from mart_whatsapp
where
    occurred_at between $starts_at and $ends_at
    and coalesce(previous_at < $starts_at, true)
