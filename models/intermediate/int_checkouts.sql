{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

checkout_events as (
    select * from {{ ref('int_checkout_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
)

select * from {{ checkouts_of('checkout_events') }} as checkouts
