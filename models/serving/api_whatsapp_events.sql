with events as (
    select * from {{ ref('int_whatsapp_events') }}
),

purchases as (
    select * from {{ ref('int_conversion_events') }}
    where event_type = 'purchase' and person_id in (select person_id from events)
),

actions as (
    select
        session_id,
        person_id,
        event_type,
        deal_number,
        deal_source,
        cart_items,
        value,
        occurred_at,
        deal_started_at,
        deal_last_at,
        cast(null as timestamp) as purchased_at
    from events
    union all
    select
        session_id,
        person_id,
        event_type,
        null as deal_number,
        null as deal_source,
        null as cart_items,
        null as value,
        occurred_at,
        null as deal_started_at,
        null as deal_last_at,
        occurred_at as purchased_at
    from purchases
),

-- A purchase of the same instant comes after the click.
followed as (
    select
        *,
        min(purchased_at) over (
            partition by person_id order by occurred_at range between current row and unbounded following
        ) as next_purchase_at
    from actions
)

select
    session_id,
    event_type,
    deal_number,
    deal_source,
    cart_items,
    value as amount,
    occurred_at,
    case
        when event_type = 'whatsapp_cart_click' and next_purchase_at <= occurred_at + interval 72 hours
            then next_purchase_at
    end as bought_at,
    deal_started_at,
    deal_last_at
from followed
where event_type != 'purchase'
-- Physical, as in `int_events`.
order by deal_started_at
