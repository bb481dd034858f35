with events_daily as (
    select * from {{ ref('fct_events_daily') }}
)

select
    cast(sum(events) as bigint) as sales,
    cast(sum(units) as bigint) as units,
    sum(revenue) as revenue,
    event_date
from events_daily
where event_type = 'purchase'
group by event_date
