{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_checkout_dates') }}
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

finished as (
    select
        buyer_id,
        occurred_at,
        min(finished_at) as finished_at
    from {{ ref('int_carts') }}
    where
        finished_at is not null
        {% if is_incremental() %}
            and event_date in (select event_date from changed_dates)
        {% endif %}
    group by buyer_id, occurred_at
),

checkout_events as (
    select
        events.*,
        case when events.event_type = 'begin_checkout' then events.occurred_at end as begun_at,
        min(events.occurred_at) over buyer_events as first_at,
        min(events.session_id) over buyer_events as first_session_id
    from events
    inner join checkout_types on events.event_type = checkout_types.event_type
    window buyer_events as (partition by events.event_date, events.buyer_id)
)

select
    checkout_events.buyer_id,
    -- In the order in which they came, so that the number says nothing else about a buyer.
    dense_rank() over (
        partition by checkout_events.event_date
        order by checkout_events.first_at, checkout_events.first_session_id, checkout_events.buyer_id
    ) as buyer_number,
    checkout_events.event_type,
    checkout_events.product_slug,
    checkout_events.source,
    coalesce(checkout_events.value, 0) as value,
    checkout_events.event_date,
    checkout_events.occurred_at,
    finished.finished_at
from checkout_events
left join finished
    on
        checkout_events.buyer_id = finished.buyer_id
        and checkout_events.begun_at = finished.occurred_at
-- Physical, as in `int_events`.
order by checkout_events.occurred_at
