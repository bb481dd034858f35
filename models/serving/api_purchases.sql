{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
    {% if is_incremental() %}
        where purchase_date in (select event_date from changed_dates)
    {% endif %}
)

select
    purchase_date as event_date,
    purchased_at,
    previous_purchase_at,
    second_previous_purchase_at
from purchases
-- Physical, as in `int_events`.
order by purchased_at
