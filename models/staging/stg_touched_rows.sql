-- depends_on: {{ ref('stg_touched_events') }}

-- No more columns than are asked for: each one is unpacked for nearly all rows.
select
    file,
    row_number,
    item_number,
    quarantine_reason,
    session_id,
    buyer_id,
    event_type,
    product_slug,
    source,
    price,
    quantity,
    value,
    event_date,
    occurred_at
from {{ ref('stg_parsed_events') }}
where
    {{ 'false' if are_all_touched() else is_touched('session_id', ref('stg_parsed_events')) }}
    and quarantine_reason is null
