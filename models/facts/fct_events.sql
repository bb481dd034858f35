-- Publishing replaces the rows of changed sessions, as `unique_key` says, though a view has none of its own.
{{ config(unique_key='session_id') }}

with events as (
    select * from {{ ref('int_events') }}
)

select
    session_id,
    event_type,
    product_slug,
    source,
    medium,
    campaign,
    session_next_source,
    units,
    revenue,
    event_date,
    session_previous_date,
    type_previous_date,
    product_previous_date,
    occurred_at,
    is_first_of_visit,
    session_next_at,
    type_next_at,
    type_source_next_at,
    product_next_at
from events
