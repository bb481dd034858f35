{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

checkout_types as (
    select
        event_type,
        is_checkout_error
    from {{ ref('event_types') }}
    where is_checkout_error or event_type in ('begin_checkout', 'purchase')
),

all_events as (
    select * from {{ ref('int_events') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
),

events as (
    select
        all_events.buyer_id,
        all_events.event_type,
        all_events.product_slug,
        all_events.source,
        coalesce(all_events.value, 0) as value,
        all_events.event_type = 'begin_checkout' as is_begun,
        checkout_types.is_checkout_error as is_error,
        all_events.event_date,
        all_events.occurred_at
    from all_events
    inner join checkout_types on all_events.event_type = checkout_types.event_type
),

-- Who begins again that day goes on with the same checkout, in which a product counts as it was left last.
numbered as (
    select
        *,
        row_number() over (partition by event_date, buyer_id, event_type order by occurred_at, source) as place_of_type,
        row_number() over (
            partition by event_date, buyer_id, event_type, product_slug order by occurred_at desc, value desc
        ) as place_from_last_of_product,
        row_number() over (
            partition by event_date, buyer_id, is_error order by occurred_at desc, event_type asc
        ) as place_from_last
    from events
)

select
    buyer_id,
    min(source) filter (where is_begun and place_of_type = 1) as source,
    min(event_type) filter (where is_error and place_from_last = 1) as last_error_type,
    sum(value) filter (where is_begun and place_from_last_of_product = 1) as value,
    count(*) filter (where event_type = 'purchase') = 0 as is_abandoned,
    event_date
from numbered
group by event_date, buyer_id
having count(*) filter (where is_begun) > 0
