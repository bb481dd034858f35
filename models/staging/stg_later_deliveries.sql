{{ config(materialized='touched', unique_key='event_key') }}
-- depends_on: {{ ref('stg_touched_events') }}

-- Rows with neither an idempotency key nor an id cannot be told to be the same event.
with keyed_rows as (
    select
        file,
        row_number,
        item_number,
        row_hash,
        event_key,
        occurred_at
    from {{ ref('stg_parsed_events') }}
    where
        quarantine_reason is null
        and event_key is not null
        -- Every row with a touched key is noted with its day, so that no other day is looked at.
        and {{ is_made_anew('event_key, event_date', ref('stg_parsed_events')) }}
),

repeated_keys as (
    select event_key
    from keyed_rows
    group by event_key
    having count(*) > 1
),

deliveries as (
    select
        file,
        row_number,
        item_number,
        event_key,
        row_number() over (
            -- What anybody may post never takes the place of what the shop lands.
            partition by event_key
            order by contains(file, '/tracked/'), occurred_at, row_hash, file, row_number, item_number
        ) as delivery_number
    from keyed_rows
    where event_key in (select event_key from repeated_keys)
)

select
    file,
    row_number,
    item_number,
    event_key
from deliveries
where delivery_number > 1
