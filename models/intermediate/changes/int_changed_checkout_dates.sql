with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

persons as (
    select * from {{ ref('int_changed_persons') }}
),

events as (
    select * from {{ ref('int_cart_events') }}
),

begun_checkouts as (
    select * from events
    where event_type = 'begin_checkout'
),

-- When a sale may have come, have gone, or have become another person's.
changed_sales as (
    select
        session_id,
        event_date
    from changed_rows
    union
    select
        session_id,
        event_date
    from events
    where
        cart_role in ('bought', 'sold_over_whatsapp')
        and session_id in (select session_id from changed_rows)
)

select event_date
from changed_dates
union
select event_date
from begun_checkouts
where session_id in (select session_id from changed_rows)
union
select begun_checkouts.event_date
from changed_sales
inner join persons on changed_sales.session_id = persons.first_session_id
inner join begun_checkouts
    on
        persons.person_id = begun_checkouts.person_id
        and {{ days_between('begun_checkouts.event_date', 'changed_sales.event_date') }} * 24
        between 0 and {{ var('hours_until_a_cart_is_abandoned') }} + 24
