-- As `fct_carts`.
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
    is_recovered,
    opened_at,
    occurred_at,
    next_at,
    active_until,
    abandoned_at
from carts
-- Of events of one instant, the last tells what the cart is.
where next_at is distinct from occurred_at
