{% macro events_of(parsed_rows, later_deliveries) -%}
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
    from {{ parsed_rows }} as parsed_rows
    where
        quarantine_reason is null
        and row_number > 0
        and not exists (
            select 1
            from {{ later_deliveries }} as later
            where
                later.file = parsed_rows.file
                and later.row_number = parsed_rows.row_number
        )
{%- endmacro %}
