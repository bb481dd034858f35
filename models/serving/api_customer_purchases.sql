with purchases as (
    select * from {{ ref('int_conversion_events') }}
    where order_role = 'line' and has_user_id
)

select
    {{ pseudonym('buyer_id') }} as visitor_id,
    cast(value as decimal(38, 4)) as revenue,
    event_date as purchase_date,
    lag(event_date) over lines_of_order as previous_line_date,
    occurred_at as purchased_at,
    lag(occurred_at) over lines_of_order as previous_line_at
from purchases
window lines_of_order as (partition by buyer_id, order_key order by occurred_at, value)
-- Physical, as in `int_events`.
order by purchased_at
