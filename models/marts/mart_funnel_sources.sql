{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

steps as (
    select
        event_type as step,
        journey_step as step_number
    from {{ ref('event_types') }}
    where journey_step > 0
),

events as (
    select * from {{ ref('int_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
),

counts as (
    select
        source,
        event_type,
        count(*) as events,
        count(*) filter (where coalesce(type_source_previous_date < event_date, true)) as sessions,
        event_date
    from events
    where event_type in (select step from steps)
    group by event_date, source, event_type
),

sources as (
    select distinct
        source,
        event_date
    from counts
)

select
    sources.source,
    steps.step,
    steps.step_number,
    coalesce(counts.events, 0) as events,
    coalesce(counts.sessions, 0) as sessions,
    sources.event_date
from sources
cross join steps
left join counts
    on
        sources.event_date = counts.event_date
        and sources.source = counts.source
        and steps.step = counts.event_type
