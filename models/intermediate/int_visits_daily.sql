{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

visits as (
    select * from {{ ref('int_activity') }}
    where
        is_first_of_visit
        {% if is_incremental() %}
            and event_date in (select event_date from changed_dates)
        {% endif %}
)

select
    source,
    medium,
    campaign,
    count(*) as visits,
    count(distinct session_id) as sessions,
    event_date
from visits
group by event_date, source, medium, campaign
