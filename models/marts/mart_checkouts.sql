with finished as (
    select distinct
        event_date,
        buyer_number
    from {{ ref('api_finished_checkouts') }}
),

checkouts as (
    select
        checkouts.*,
        checkouts.is_without_purchase and finished.buyer_number is null as is_abandoned
    from {{ ref('int_checkouts') }} as checkouts
    left join finished
        on checkouts.event_date = finished.event_date and checkouts.buyer_number = finished.buyer_number
),

counts as (
    select
        source,
        count(*) as checkouts,
        count(*) filter (where is_abandoned) as abandoned_checkouts,
        count(*) filter (where is_without_purchase) as checkouts_without_purchase,
        sum(value) as value,
        coalesce(sum(value) filter (where is_abandoned), 0) as abandoned_value,
        event_date
    from checkouts
    group by event_date, source
)

select
    source,
    checkouts,
    abandoned_checkouts,
    checkouts_without_purchase,
    value,
    abandoned_value,
    {{ percentage('checkouts_without_purchase', 'checkouts') }} as abandonment_rate,
    event_date
from counts
