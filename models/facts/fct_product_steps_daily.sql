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
    product_slug,
    event_type,
    count(*) as events,
    count(*) filter (where product_previous_date is distinct from event_date) as sessions,
    cast(sum(units) as bigint) as units,
    sum(revenue) as revenue,
    event_date,
    product_previous_date as previous_date
from events
where
    product_slug is not null
    and event_type in ('product_view', 'add_to_cart', 'purchase')
group by event_date, product_slug, event_type, product_previous_date
