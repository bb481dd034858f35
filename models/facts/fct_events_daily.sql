{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select * from {{ ref('fct_events') }}
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
