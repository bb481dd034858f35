{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

checkout_types as (
    select event_type
    from {{ ref('event_types') }}
    where checkout_role != 'none'
),

all_events as (
    select * from {{ ref('int_conversion_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
),

checkout_events as (
    select
        buyer_id,
        event_type,
        product_slug,
        source,
        coalesce(value, 0) as value,
        event_date,
        occurred_at
    from all_events
    where event_type in (select event_type from checkout_types)
)

select * from {{ checkouts_of('checkout_events', 'buyer_id') }} as checkouts
