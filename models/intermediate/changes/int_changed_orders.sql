with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

conversion_events as (
    select * from {{ ref('int_conversion_events') }}
    where session_id in (select session_id from changed_rows)
)

-- Each purchase may have been the first of its order before something changed, and then gave the order its key.
select order_key
from changed_rows
where order_key is not null
union
select {{ order_key('order_id', 'session_id', 'occurred_at') }} as order_key
from conversion_events
where order_role = 'line'
union
select order_key
from conversion_events
where order_key is not null
