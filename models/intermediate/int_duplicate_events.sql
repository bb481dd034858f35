{{ config(materialized='incremental', unique_key='event_key') }}

with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

-- Rows with neither an idempotency key nor an id cannot be told to be the same event.
keyed_rows as (
    select
        file_id,
        file,
        is_tracked,
        row_number,
        item_number,
        row_hash,
        event_key,
        occurred_at
    from {{ ref('stg_landing__events') }}
    where
        event_key is not null
        {% if is_incremental() %}
            and event_key in (select event_key from changed_rows)
            -- Physical, as in `int_changed_rows`, which has all rows with these keys.
            and file_id in (select file_id from changed_rows)
        {% endif %}
),

repeated_keys as (
    select event_key
    from keyed_rows
    group by event_key
    having count(*) > 1
),

deliveries as (
    select
        file_id,
        row_number,
        item_number,
        event_key,
        row_number() over (
            -- What anybody may post never takes the place of what the shop lands.
            partition by event_key
            order by is_tracked, occurred_at, row_hash, file, row_number, item_number
        ) as delivery_number
    from keyed_rows
    where event_key in (select event_key from repeated_keys)
)

select
    file_id,
    row_number,
    item_number,
    event_key
from deliveries
where delivery_number > 1
