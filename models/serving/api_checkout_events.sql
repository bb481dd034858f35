-- Publishing replaces changed days, as `unique_key` says, though a view has none of its own.
{{ config(unique_key='event_date') }}

with checkout_events as (
    select * from {{ ref('int_checkout_events') }}
)

select
    buyer_number,
    event_type,
    product_slug,
    source,
    value,
    event_date,
    occurred_at
from checkout_events
