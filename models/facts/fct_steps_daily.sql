{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select * from {{ ref('fct_events') }}
)

select
    event_type,
    count(*) as events,
    count(*) filter (where type_previous_date is distinct from event_date) as sessions,
    sum(revenue) as revenue,
    event_date,
    type_previous_date as previous_date
from events
group by event_date, event_type, type_previous_date
