{{ config(materialized='incremental', unique_key='session_id') }}

with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

events as (
    select * from {{ ref('int_conversion_events') }}
    where
        event_type in ('whatsapp_cart_click', 'whatsapp_purchase')
        {% if is_incremental() %}
            and session_id in (select session_id from changed_rows)
        {% endif %}
),

-- A click belongs to the session's next sale only, and a second sale to no click.
linked as (
    select
        *,
        event_type = 'whatsapp_purchase'
        and lag(event_type) over session_events = 'whatsapp_cart_click' as is_sale_after_click,
        lag(value) over session_events as previous_value,
        lag(occurred_at) over session_events as previous_at
    from events
    window session_events as (partition by session_id order by occurred_at, event_type, value nulls first)
)

select
    session_id,
    event_type,
    case when is_sale_after_click then {{ seconds_between('previous_at', 'occurred_at') }} end as seconds_since_click,
    case when is_sale_after_click then previous_value end as clicked_value,
    event_date,
    type_previous_date,
    occurred_at,
    type_next_at
from linked
