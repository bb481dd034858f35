select session_id
from fct_whatsapp
where
    event_type = 'whatsapp_cart_click'
    and occurred_at between $starts_at and $ends_at
    and coalesce(type_next_at > $ends_at, true)
order by occurred_at desc, session_id desc
limit 10
