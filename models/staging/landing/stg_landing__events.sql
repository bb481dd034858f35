{{ config(materialized='view') }}

with landed_rows as (
    select * from {{ ref('stg_landing__rows') }}
    where quarantine_reason is null
),

superseded_files as (
    select * from {{ ref('stg_landing__superseded_files') }}
)

select
    landed_rows.file_id,
    landed_rows.file,
    -- Rows of files that were deleted before this column existed have null.
    coalesce(landed_rows.is_tracked, contains(landed_rows.file, '/tracked/')) as is_tracked,
    landed_rows.row_number,
    landed_rows.item_number,
    landed_rows.row_hash,
    landed_rows.event_key,
    landed_rows.session_id,
    landed_rows.buyer_id,
    landed_rows.has_user_id,
    landed_rows.event_type,
    landed_rows.order_id,
    landed_rows.product_slug,
    landed_rows.product_name,
    landed_rows.source,
    landed_rows.medium,
    landed_rows.campaign,
    landed_rows.cart_items,
    landed_rows.price,
    landed_rows.quantity,
    landed_rows.value,
    landed_rows.cart_total,
    landed_rows.empties_cart,
    landed_rows.has_unreadable_price,
    landed_rows.has_unreadable_quantity,
    landed_rows.has_unreadable_metadata,
    landed_rows.has_unreadable_text,
    landed_rows.occurred_at
from landed_rows
-- Not `not in`, which DuckDB asks for each row where nothing is superseded, too.
anti join superseded_files on landed_rows.file_id = superseded_files.file_id
