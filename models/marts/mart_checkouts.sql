with purchases as (
    select distinct
        buyer_id,
        purchase_date
    from {{ ref('fct_purchases') }}
),

events as (
    select
        *,
        {{ line_value('price', 'quantity') }} as value
    from {{ ref('stg_events') }}
    where event_type = 'begin_checkout'
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

counts as (
    select
        checkouts.source,
        count(*) as checkouts,
        count(*) filter (where purchases.buyer_id is null) as abandoned_checkouts,
        sum(checkouts.value) as value,
        coalesce(sum(checkouts.value) filter (where purchases.buyer_id is null), 0) as abandoned_value,
        checkouts.event_date
    from checkouts
    left join purchases
        on
            checkouts.buyer_id = purchases.buyer_id
            and checkouts.event_date = purchases.purchase_date
    group by checkouts.event_date, checkouts.source
)

select
    source,
    checkouts,
    abandoned_checkouts,
    value,
    abandoned_value,
    {{ percentage('abandoned_checkouts', 'checkouts') }} as abandonment_rate,
    event_date
from counts
