{{ config(materialized='incremental', unique_key='buyer_id') }}

with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

events as (
    select
        buyer_id,
        event_type,
        event_date,
        occurred_at,
        case when event_type = 'begin_checkout' then occurred_at end as begun_at,
        case when event_type = 'purchase' then occurred_at end as purchased_at
    from {{ ref('int_conversion_events') }}
    where
        event_type in ('begin_checkout', 'purchase')
        {% if is_incremental() %}
            and buyer_id in (select buyer_id from changed_rows)
        {% endif %}
)

-- Of all earlier events of a type, the latest is the last one before it.
select
    buyer_id,
    event_type,
    event_date,
    occurred_at,
    case event_type
        when 'purchase' then max(purchased_at) over earlier_events
        else max(begun_at) over earlier_events
    end as previous_of_type_at,
    max(occurred_at) over earlier_events as previous_at
from events
window
    earlier_events as (
        partition by buyer_id order by occurred_at, event_type rows between unbounded preceding and 1 preceding
    )
