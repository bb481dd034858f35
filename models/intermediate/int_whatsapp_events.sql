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

-- Events of one instant are ordered by what they hold, because the order of files must change nothing.
ordered as (
    select
        *,
        case when event_type = 'whatsapp_cart_click' then occurred_at end as clicked_at,
        row_number() over (
            partition by session_id
            order by
                occurred_at,
                event_type,
                value nulls first,
                source,
                cart_items nulls first,
                type_previous_date nulls first,
                type_next_at nulls last
        ) as event_number
    from events
),

-- A deal ends with a sale, so its number is that of the sales before it.
numbered as (
    select
        *,
        coalesce(
            sum(case when event_type = 'whatsapp_purchase' then 1 else 0 end) over (
                partition by session_id order by event_number rows between unbounded preceding and 1 preceding
            ),
            0
        ) as deal_number
    from ordered
),

-- A click belongs to the session's next sale only, and a second sale to no click.
linked as (
    select
        *,
        event_type = 'whatsapp_purchase' and lag(clicked_at) over deal_events is not null as is_sale_after_click,
        lag(value) over deal_events as previous_value,
        lag(occurred_at) over deal_events as previous_at,
        min(occurred_at) over (partition by session_id, deal_number) as deal_started_at,
        max(occurred_at) over (partition by session_id, deal_number) as deal_last_at,
        first_value(source) over deal_events as deal_source,
        row_number() over deal_events = 1 as is_first_of_deal
    from numbered
    window deal_events as (partition by session_id, deal_number order by event_number)
)

select
    session_id,
    person_id,
    event_type,
    cast(deal_number as bigint) as deal_number,
    is_first_of_deal,
    deal_source,
    cart_items,
    value,
    case when is_sale_after_click then {{ seconds_between('previous_at', 'occurred_at') }} end as seconds_since_click,
    case when is_sale_after_click then previous_value end as clicked_value,
    event_date,
    type_previous_date,
    occurred_at,
    type_next_at,
    deal_started_at,
    deal_last_at
from linked
