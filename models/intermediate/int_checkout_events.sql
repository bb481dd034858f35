{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

checkout_types as (
    select event_type
    from {{ ref('event_types') }}
    where checkout_role != 'none'
),

events as (
    select * from {{ ref('int_conversion_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
),

checkout_events as (
    select
        events.*,
        min(events.occurred_at) over buyer_events as first_at,
        min(events.session_id) over buyer_events as first_session_id
    from events
    inner join checkout_types on events.event_type = checkout_types.event_type
    window buyer_events as (partition by events.event_date, events.buyer_id)
)

select
    buyer_id,
    -- In the order in which they came, so that the number says nothing else about a buyer.
    dense_rank() over (partition by event_date order by first_at, first_session_id, buyer_id) as buyer_number,
    event_type,
    product_slug,
    source,
    coalesce(value, 0) as value,
    event_date,
    occurred_at
from checkout_events
-- Physical, as in `int_events`.
order by occurred_at
