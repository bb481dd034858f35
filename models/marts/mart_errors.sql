{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}
-- depends_on: {{ ref('stg_touched_events') }}

with errors as (
    select
        session_id,
        event_type as error_type,
        count(*) as errors,
        event_date,
        min(occurred_at) as first_error_at
    from {{ ref('stg_checkout_events') }}
    where event_type in ({{ error_types() }})
    group by event_date, session_id, event_type
),

purchases as (
    select
        session_id,
        purchase_date,
        max(purchased_at) as last_purchase_at
    from {{ ref('fct_purchases') }}
    where {{ is_of_touched_day('purchase_date') }}
    group by purchase_date, session_id
),

counts as (
    select
        errors.error_type,
        cast(sum(errors.errors) as bigint) as errors,
        count(*) as sessions,
        count(*) filter (where purchases.last_purchase_at >= errors.first_error_at) as sessions_with_later_purchase,
        errors.event_date
    from errors
    left join purchases
        on
            errors.session_id = purchases.session_id
            and errors.event_date = purchases.purchase_date
    group by errors.event_date, errors.error_type
),

abandoned as (
    select
        last_error_type,
        count(*) as abandoned_checkouts,
        sum(value) as abandoned_value,
        event_date
    from {{ ref('fct_checkouts') }}
    where is_abandoned
    group by event_date, last_error_type
)

select
    counts.error_type,
    counts.errors,
    counts.sessions,
    counts.sessions_with_later_purchase,
    coalesce(abandoned.abandoned_checkouts, 0) as abandoned_checkouts,
    coalesce(abandoned.abandoned_value, 0) as abandoned_value,
    counts.event_date
from counts
left join abandoned
    on
        counts.error_type = abandoned.last_error_type
        and counts.event_date = abandoned.event_date
