{{ config(materialized='touched', unique_key='session_id') }}
-- depends_on: {{ ref('stg_touched_events') }}
-- depends_on: {{ ref('stg_touched_rows') }}

-- Not from stg_events, as it would look for the later deliveries of all rows first.
with staged_events as (
    {{ events_of(rows_made_anew(), ref('stg_later_deliveries')) }}
),

events as (
    select
        *,
        product_slug is not null
        and event_type in ('product_view', 'add_to_cart', 'purchase') as is_product_step
    from staged_events
),

-- Who came when before, and when next: a window's distinct sessions are then a matter of
-- comparing dates, whatever the window (see DECISIONS.md, "Distinct counts"). Events of one instant are
-- in the order of all that is used of them, as that of files must change nothing.
numbered as (
    select
        *,
        row_number() over session_events as event_number,
        lag(event_date) over session_events as session_previous_date,
        lead(occurred_at) over session_events as session_next_at,
        lead(source) over session_events as session_next_source
    from events
    window
        session_events as (
            partition by session_id
            order by occurred_at, source, event_type, product_slug nulls last, price, quantity, file, row_number
        )
),

linked as (
    select
        *,
        lag(event_date) over session_type_events as type_previous_date,
        lead(occurred_at) over session_type_events as type_next_at,
        lag(event_date) over session_product_events as product_previous_date,
        lead(occurred_at) over session_product_events as product_next_at
    from numbered
    window
        session_type_events as (partition by session_id, event_type order by event_number),
        session_product_events as (partition by session_id, event_type, product_slug order by event_number)
)

select
    session_id,
    event_type,
    product_slug,
    source,
    session_next_source,
    case when event_type = 'purchase' then quantity else 0 end as units,
    case when event_type = 'purchase' then {{ line_value('price', 'quantity') }} else 0 end as revenue,
    event_date,
    session_previous_date,
    type_previous_date,
    case when is_product_step then product_previous_date end as product_previous_date,
    occurred_at,
    session_next_at,
    type_next_at,
    case when is_product_step then product_next_at end as product_next_at
from linked
order by occurred_at
