{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select * from {{ ref('fct_events') }}
),

sales as (
    select
        session_id,
        sum(revenue) as revenue,
        purchase_date
    from {{ ref('fct_purchases') }}
    group by purchase_date, session_id
),

sessions as (
    select
        source,
        count(*) as events,
        count(*) filter (where session_previous_date is distinct from event_date) as sessions,
        event_date
    from events
    group by event_date, source
),

-- Under the source of the session's first event of the day, as its session is.
source_sales as (
    select
        events.source,
        count(*) as sessions_with_purchase,
        sum(sales.revenue) as revenue,
        events.event_date
    from events
    inner join sales
        on
            events.session_id = sales.session_id
            and events.event_date = sales.purchase_date
    where events.session_previous_date is distinct from events.event_date
    group by events.event_date, events.source
)

select
    sessions.source,
    sessions.events,
    sessions.sessions,
    coalesce(source_sales.sessions_with_purchase, 0) as sessions_with_purchase,
    coalesce(source_sales.revenue, 0) as revenue,
    {{ percentage('coalesce(source_sales.sessions_with_purchase, 0)', 'sessions.sessions') }} as conversion_rate,
    sessions.event_date
from sessions
left join source_sales
    on
        sessions.event_date = source_sales.event_date
        and sessions.source = source_sales.source
