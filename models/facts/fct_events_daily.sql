{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

events as (
    select * from {{ ref('fct_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
)

select
    event_type,
    count(*) as events,
    count(*) filter (where type_previous_date is distinct from event_date) as sessions,
    cast(sum(units) as bigint) as units,
    cast(sum(revenue) as decimal(38, 4)) as revenue,
    event_date
from events
group by event_date, event_type
