with counts as (
    select
        source,
        count(*) as checkouts,
        count(*) filter (where is_abandoned) as abandoned_checkouts,
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
    value,
    abandoned_value,
    {{ percentage('abandoned_checkouts', 'checkouts') }} as abandonment_rate,
    event_date
from counts
