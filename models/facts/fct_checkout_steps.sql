{{ config(materialized='touched', unique_key='buyer_id') }}
-- depends_on: {{ ref('stg_touched_events') }}

with events as (
    select
        buyer_id,
        event_type,
        event_date,
        occurred_at,
        case when event_type = 'begin_checkout' then occurred_at end as begun_at,
        case when event_type = 'purchase' then occurred_at end as purchased_at
    from {{ ref('stg_checkout_events') }}
    where event_type in ({{ checkout_steps() }}) and {{ is_made_anew('buyer_id') }}
)

-- The last ones before it are the latest, of its own type and of any.
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
