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

-- A run is what one person does in one session without a pause of more than 30 minutes.
neighbours as (
    select
        *,
        occurred_at <= lag(occurred_at) over run_events + interval 30 minutes is not true as is_first_of_run,
        case
            when occurred_at >= lead(occurred_at) over run_events - interval 30 minutes then null
            else occurred_at
        end as end_of_run_at
    from events
    window run_events as (partition by session_id, buyer_id, person_id order by occurred_at)
),

typed as (
    select
        neighbours.*,
        case
            when event_types.cart_role = 'emptied' and not neighbours.empties_cart then 'none'
            else coalesce(event_types.cart_role, 'none')
        end as cart_role,
        case when event_types.cart_step != 'none' then event_types.cart_step end as cart_step,
        case when event_types.checkout_role = 'error' then neighbours.event_type end as error_type
    from neighbours
    left join event_types on neighbours.event_type = event_types.event_type
),

-- Only these, so that the last window passes over few rows.
told as (
    select
        *,
        is_first_of_run or cart_role != 'none' or cart_total is not null as is_told
    from typed
    where is_first_of_run or cart_role != 'none' or cart_total is not null or end_of_run_at is not null
),

ended as (
    select
        *,
        min(end_of_run_at) over (
            partition by session_id, buyer_id, person_id
            order by occurred_at
            range between current row and unbounded following
        ) as run_ended_at
    from told
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
    cart_total,
    cart_change,
    event_date,
    occurred_at,
    run_ended_at
from ended
where is_told
