{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select * from {{ ref('fct_events') }}
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
