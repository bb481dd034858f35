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
    source,
    count(*) as events,
    count(*) filter (where session_previous_date is distinct from event_date) as sessions,
    event_date,
    session_previous_date as previous_date
from events
group by event_date, source, session_previous_date
