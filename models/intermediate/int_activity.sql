{{ config(materialized='incremental', unique_key='session_id') }}

with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

files as (
    select * from {{ ref('stg_landing__files') }}
),

event_types as (
    select * from {{ ref('event_types') }}
),

events as (
    select * from {{ ref('int_events') }}
    {% if is_incremental() %}
        where
            session_id in (select session_id from changed_rows)
            -- As in `int_conversion_events`.
            and updated_with_file_id in (select max(file_id) from files)
    {% endif %}
),

typed as (
    select
        events.*,
        case
            when event_types.cart_role = 'emptied' and not events.empties_cart then 'none'
            else coalesce(event_types.cart_role, 'none')
        end as cart_role,
        case when event_types.cart_step != 'none' then event_types.cart_step end as cart_step,
        case when event_types.checkout_role = 'error' then events.event_type end as error_type
    from events
    left join event_types on events.event_type = event_types.event_type
)

select
    session_id,
    buyer_id,
    person_id,
    event_type,
    cart_role,
    cart_step,
    error_type,
    source,
    coalesce(medium, '(none)') as medium,
    coalesce(campaign, '(none)') as campaign,
    is_first_of_visit,
    cart_total,
    cart_change,
    event_date,
    occurred_at,
    run_ended_at
from typed
where is_first_of_run or is_first_of_visit or cart_role != 'none' or cart_total is not null
