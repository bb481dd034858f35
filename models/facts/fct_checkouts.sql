with events as (
    select
        buyer_id,
        event_type,
        product_slug,
        source,
        {{ line_value('price', 'quantity') }} as value,
        event_date,
        occurred_at
    from {{ ref('stg_events') }}
    where event_type in ('begin_checkout', 'purchase', {{ error_types() }})
),

-- Who begins again that day goes on with the same checkout, in which a product counts as it was left last.
begun as (
    select
        buyer_id,
        source,
        value,
        row_number() over (partition by event_date, buyer_id order by occurred_at, source) as place,
        row_number() over (
            partition by event_date, buyer_id, product_slug order by occurred_at desc, value desc
        ) as place_from_last_of_product,
        event_date
    from events
    where event_type = 'begin_checkout'
),

checkouts as (
    select
        buyer_id,
        min(source) filter (where place = 1) as source,
        sum(value) filter (where place_from_last_of_product = 1) as value,
        event_date
    from begun
    group by event_date, buyer_id
),

purchases as (
    select distinct
        buyer_id,
        event_date
    from events
    where event_type = 'purchase'
),

errors as (
    select
        buyer_id,
        event_type as error_type,
        row_number() over (
            partition by event_date, buyer_id order by occurred_at desc, event_type asc
        ) as place_from_last,
        event_date
    from events
    where event_type in ({{ error_types() }})
)

select
    checkouts.buyer_id,
    checkouts.source,
    errors.error_type as last_error_type,
    checkouts.value,
    purchases.buyer_id is null as is_abandoned,
    checkouts.event_date
from checkouts
left join purchases
    on
        checkouts.buyer_id = purchases.buyer_id
        and checkouts.event_date = purchases.event_date
left join errors
    on
        checkouts.buyer_id = errors.buyer_id
        and checkouts.event_date = errors.event_date
        and errors.place_from_last = 1
