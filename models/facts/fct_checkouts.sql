{{ config(materialized='daily') }}
-- depends_on: {{ ref('stg_touched_days') }}

with events as (
    select
        buyer_id,
        event_type,
        product_slug,
        source,
        coalesce(value, 0) as value,
        event_date,
        occurred_at
    from {{ ref('stg_checkout_events') }}
    where event_type in ({{ checkout_steps() }}, {{ error_types() }})
),

-- Who begins again that day goes on with the same checkout, in which a product counts as it was left last.
numbered as (
    select
        *,
        event_type = 'begin_checkout' as is_begun,
        event_type in ({{ error_types() }}) as is_error,
        row_number() over (partition by event_date, buyer_id, event_type order by occurred_at, source) as place_of_type,
        row_number() over (
            partition by event_date, buyer_id, event_type, product_slug order by occurred_at desc, value desc
        ) as place_from_last_of_product,
        row_number() over (
            partition by event_date, buyer_id, event_type in ({{ error_types() }})
            order by occurred_at desc, event_type asc
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
