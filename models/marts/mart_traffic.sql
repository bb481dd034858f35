{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

events as (
    select
        *,
        coalesce(session_previous_date != event_date, true) as is_first_of_day
    from {{ ref('fct_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
),

sales as (
    select
        session_id,
        sum(revenue) as revenue,
        purchase_date
    from {{ ref('int_purchases') }}
    {% if is_incremental() %}
        where purchase_date in (select event_date from changed_dates)
    {% endif %}
    group by purchase_date, session_id
),

-- A session's sales are under the source of its first event of the day, as the session itself is.
counts as (
    select
        events.source,
        count(*) as events,
        count(*) filter (where events.is_first_of_day) as sessions,
        count(sales.session_id) filter (where events.is_first_of_day) as sessions_with_purchase,
        coalesce(sum(sales.revenue) filter (where events.is_first_of_day), 0) as revenue,
        events.event_date
    from events
    left join sales
        on
            events.session_id = sales.session_id
            and events.event_date = sales.purchase_date
    group by events.event_date, events.source
)

select
    source,
    events,
    sessions,
    sessions_with_purchase,
    revenue,
    {{ percentage('sessions_with_purchase', 'sessions') }} as conversion_rate,
    event_date
from counts
