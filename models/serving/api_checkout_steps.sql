{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

checkout_steps as (
    select * from {{ ref('int_checkout_steps') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
)

select
    event_type,
    event_date,
    occurred_at,
    previous_of_type_at,
    previous_at
from checkout_steps
-- Physical, as in `int_events`.
order by occurred_at
