{{ config(materialized='incremental', unique_key='person_id') }}

with changed_persons as (
    select * from {{ ref('int_changed_persons') }}
),

step_events as (
    select
        person_id,
        session_id,
        event_number,
        event_type,
        source,
        occurred_at,
        cast(coalesce(value, 0) as decimal(38, 4)) as value
    from {{ ref('int_events') }}
    where
        event_type in ('page_view', 'product_view', 'add_to_cart', 'begin_checkout', 'purchase')
        {% if is_incremental() %}
            and person_id in (select person_id from changed_persons)
        {% endif %}
),

sourced as (
    select
        *,
        min(source) over (partition by person_id) = max(source) over (partition by person_id) as has_one_source
    from step_events
),

-- A person's steps follow each other among all of theirs, and among those from one source; most have one source.
steps as (
    select
        *,
        cast(null as string) as among_source
    from sourced
    union all
    select
        *,
        source as among_source
    from sourced
    where not has_one_source
),

page_views as (
    select * from steps
    where event_type = 'page_view'
),

product_views as (
    select * from steps
    where event_type = 'product_view'
),

cart_additions as (
    select * from steps
    where event_type = 'add_to_cart'
),

begun_checkouts as (
    select * from steps
    where event_type = 'begin_checkout'
),

from_purchase as (
    select * from steps
    where event_type = 'purchase'
),

-- Backwards from the last step: each event with the first of the next step at or after it, and what follows that one.
-- Of several at one instant it is the most valuable.
from_begin_checkout as (
    {{ with_next_step('begun_checkouts', 'purchase', []) }}
),

from_add_to_cart as (
    {{ with_next_step('cart_additions', 'begin_checkout', ['purchase_at']) }}
),

from_product_view as (
    {{ with_next_step(
        'product_views', 'add_to_cart', ['begin_checkout_at', 'begin_checkout_value', 'purchase_at']
    ) }}
),

from_page_view as (
    {{ with_next_step(
        'page_views',
        'product_view',
        ['add_to_cart_at', 'add_to_cart_value', 'begin_checkout_at', 'begin_checkout_value', 'purchase_at']
    ) }}
),

linked as (
    select
        *,
        lag(occurred_at) over starts as previous_start_at,
        lag(product_view_at) over starts as previous_product_view_at,
        first_value(session_id) over starts as person_session_id,
        first_value(event_number) over starts as person_event_number
    from from_page_view
    window starts as (partition by person_id, among_source order by occurred_at, session_id, event_number)
)

-- Numbers instead of texts and instants: they take half the room, and comparing them a third of the time.
select
    person_id,
    {{ number_of_text('session_id') }} as first_session_number,
    -- No two persons have the same first event.
    {{ number_of_text("person_session_id || ' ' || cast(person_event_number as string)") }} as person_number,
    source,
    among_source is null as is_among_all,
    has_one_source or among_source is not null as is_among_source,
    occurred_at,
    {{ microseconds_between('previous_start_at', 'occurred_at') }} as previous_start_before,
    coalesce(previous_product_view_at = product_view_at, false) as has_previous_chain,
    {% for step in ['product_view', 'add_to_cart', 'begin_checkout', 'purchase'] %}
        case
            when {{ step }}_at <= occurred_at + interval 30 days
                then {{ microseconds_between('occurred_at', step ~ '_at') }}
        end as {{ step }}_after,
    {% endfor %}
    -- As two integers, because DuckDB scans them three times as fast as a decimal of 38 digits.
    cast(product_view_value - product_view_value % 1 as bigint) as product_view_value_whole,
    cast((product_view_value % 1) * 10000 as smallint) as product_view_value_ten_thousandths,
    add_to_cart_value,
    begin_checkout_value
from linked
-- Physical, as in `int_events`. Rows that only a funnel of one source reads come last.
order by among_source is not null, occurred_at
