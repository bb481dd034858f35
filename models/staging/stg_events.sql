with readable_rows as (
    select *
    from {{ ref('stg_parsed_events') }}
    where quarantine_reason is null and row_number > 0
),

-- Rows with neither an idempotency key nor an id cannot be told to be the same event.
first_deliveries as (
    select *
    from readable_rows
    where event_key is not null
    qualify row_number() over (partition by event_key order by occurred_at, row_hash, file, row_number) = 1
    union all
    select *
    from readable_rows
    where event_key is null
)

select
    file,
    row_number,
    row_hash,
    session_id,
    buyer_id,
    event_type,
    product_slug,
    product_name,
    coalesce(source, 'direct') as source,
    price,
    quantity,
    has_unreadable_price,
    has_unreadable_quantity,
    {{ store_date('occurred_at') }} as event_date,
    occurred_at
from first_deliveries
