with events as (
    select *
    from {{ ref('stg_events') }}
    where event_type in ('begin_checkout', 'purchase')
)

select
    event_type,
    event_date,
    occurred_at,
    lag(occurred_at) over (
        partition by buyer_id, event_type order by occurred_at, file, row_number
    ) as previous_of_type_at,
    lag(occurred_at) over (
        partition by buyer_id order by occurred_at, event_type, file, row_number
    ) as previous_at
from events
order by occurred_at
