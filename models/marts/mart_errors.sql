with error_types as (
    select event_type
    from {{ ref('event_types') }}
    where checkout_role = 'error'
),

events as (
    select * from {{ ref('int_conversion_events') }}
),

errors as (
    select
        session_id,
        event_type as error_type,
        count(*) as errors,
        event_date,
        min(occurred_at) as first_error_at
    from events
    where event_type in (select error_types.event_type from error_types)
    group by event_date, session_id, event_type
),

purchases as (
    select
        session_id,
        purchase_date,
        max(purchased_at) as last_purchase_at
    from {{ ref('int_purchases') }}
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

finished as (
    select distinct
        event_date,
        buyer_number
    from {{ ref('api_finished_checkouts') }}
),

abandoned as (
    select
        checkouts.last_error_type,
        count(*) as abandoned_checkouts,
        sum(checkouts.value) as abandoned_value,
        checkouts.event_date
    from {{ ref('int_checkouts') }} as checkouts
    left join finished
        on checkouts.event_date = finished.event_date and checkouts.buyer_number = finished.buyer_number
    where checkouts.is_without_purchase and finished.buyer_number is null
    group by checkouts.event_date, checkouts.last_error_type
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
