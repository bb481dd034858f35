with events_daily as (
    select * from {{ ref('fct_events_daily') }}
)

select
    event_type as error_type,
    cast(sum(events) as bigint) as errors,
    event_date
from events_daily
where event_type in ('payment_error', 'checkout_error', 'payment_confirmation_error', 'address_error')
group by event_date, event_type
