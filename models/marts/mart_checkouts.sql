with counts as (
    select
        source,
        count(*) as checkouts,
        count(*) filter (where is_abandoned) as abandoned_checkouts,
        count(*) filter (where is_without_purchase) as checkouts_without_purchase,
        sum(value) as value,
        coalesce(sum(value) filter (where is_abandoned), 0) as abandoned_value,
        event_date
    from {{ ref('int_checkouts') }}
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
