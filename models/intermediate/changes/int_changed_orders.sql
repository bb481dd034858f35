with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

persons as (
    select * from {{ ref('int_changed_persons') }}
),

order_events as (
    select * from {{ ref('int_conversion_events') }}
    where order_role != 'none'
),

order_events_of_changed_sessions as (
    select * from order_events
    where session_id in (select session_id from changed_rows)
),

-- Each purchase may have been the first of its order before something changed, and then gave the order its key.
changed_keys as (
    select order_key
    from changed_rows
    union
    select {{ order_key('order_id', 'session_id', 'occurred_at') }} as order_key
    from order_events_of_changed_sessions
    where order_role = 'line'
    union
    select order_key
    from order_events_of_changed_sessions
),

-- A person who placed one of these orders, now or before, may have another previous order for each of their orders.
changed_persons as (
    select person_id
    from persons
    union
    select person_id
    from order_events
    where order_key in (select order_key from changed_keys)
),

orders_of_changed_persons as (
    select order_key
    from order_events
    where person_id in (select person_id from changed_persons)
),

lines_of_changed_persons as (
    select
        *,
        row_number() over (partition by order_key order by {{ order_of_lines() }}) as line_number
    from order_events
    where
        order_role = 'line'
        and order_key in (select order_key from orders_of_changed_persons)
)

select order_key
from changed_keys
where order_key is not null
union
select order_key
from lines_of_changed_persons
where line_number = 1 and person_id in (select person_id from changed_persons)
