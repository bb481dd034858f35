-- Publishing replaces the rows of changed sessions, as `unique_key` says, though a view has none of its own.
{{ config(unique_key='session_id') }}

with events as (
    select * from {{ ref('int_whatsapp_events') }}
)

select
    session_id,
    event_type,
    deal_number,
    is_first_of_deal,
    value as amount,
    seconds_since_click,
    clicked_value,
    event_date,
    type_previous_date,
    occurred_at,
    type_next_at
from events
