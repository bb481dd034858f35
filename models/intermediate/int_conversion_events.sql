{{ config(materialized='incremental', unique_key='session_id') }}

with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

event_types as (
    select
        event_type,
        order_role
    from {{ ref('event_types') }}
    where is_conversion
),

files as (
    select * from {{ ref('stg_landing__files') }}
),

events as (
    select * from {{ ref('int_events') }}
    {% if is_incremental() %}
        where
            session_id in (select session_id from changed_rows)
            -- Those that `int_events` has just written: 0.6 s less at 10 million (`make bench`).
            and updated_with_file_id in (select max(file_id) from files)
    {% endif %}
),

conversions as (
    select
        events.*,
        event_types.order_role,
        event_types.order_role = 'line' and events.order_id is null as is_unnumbered
    from events
    inner join event_types on events.event_type = event_types.event_type
),

-- Purchases of a session without an order id are one order while each comes within 60 seconds of the one before.
started as (
    select
        *,
        case
            when occurred_at <= lag(occurred_at) over similar_events + interval 60 seconds then null
            else occurred_at
        end as started_at
    from conversions
    window similar_events as (partition by session_id, is_unnumbered order by occurred_at)
)

select
    session_id,
    buyer_id,
    has_user_id,
    person_id,
    event_type,
    order_role,
    case order_role
        when 'line'
            then {{ order_key(
                'order_id',
                'session_id',
                'max(started_at) over (partition by session_id, is_unnumbered order by occurred_at)'
            ) }}
        when 'refund' then 'id ' || order_id
    end as order_key,
    order_id,
    product_slug,
    source,
    cart_items,
    quantity,
    value,
    event_date,
    type_previous_date,
    occurred_at,
    type_next_at
from started
