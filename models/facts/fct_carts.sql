-- Publishing replaces the carts of changed persons, as `unique_key` says, though a view has none of its own.
{{ config(unique_key='first_session_id') }}

with carts as (
    select * from {{ ref('int_carts') }}
)

select
    first_session_id,
    source,
    outcome,
    value,
    furthest_step,
    last_error_type,
    visits,
    is_recovered,
    opened_date,
    opened_at,
    active_until as last_event_at,
    abandoned_at,
    abandoned_date
from carts
where next_at is null
