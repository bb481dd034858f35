{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select * from {{ ref('fct_events') }}
)

select
    source,
    count(*) as events,
    count(*) filter (where session_previous_date is distinct from event_date) as sessions,
    event_date,
    session_previous_date as previous_date
from events
group by event_date, source, session_previous_date
