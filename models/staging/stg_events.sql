{{ config(materialized='view') }}

{{ events_of(ref('stg_parsed_events'), ref('stg_later_deliveries'), 'product_name', 'has_unreadable_price',
    'has_unreadable_quantity', 'has_unreadable_metadata', 'has_unreadable_text') }}
