{% macro events_of(parsed_rows, later_deliveries) -%}
    select
        file,
        row_number,
        item_number,
        session_id,
        buyer_id,
        event_type,
        product_slug,
        coalesce(source, 'direct') as source,
        price,
        quantity,
        value,
        event_date,
        occurred_at
        {%- for column in varargs %},
        {{ column }}{% endfor %}
    from {{ parsed_rows }} as parsed_rows
    -- Not `not exists`, for which DuckDB looks for the distinct keys of all rows first.
    anti join {{ later_deliveries }} using (file, row_number, item_number)
    where quarantine_reason is null and row_number > 0
{%- endmacro %}

{% macro error_types() -%}
    'payment_error', 'payment_intent_error', 'checkout_error', 'payment_confirmation_error', 'address_error'
{%- endmacro %}

{% macro checkout_steps() -%}
    'begin_checkout', 'purchase'
{%- endmacro %}

{# Those about one product each. #}
{% macro product_events() -%}
    'product_view', 'add_to_cart', 'remove_from_cart', 'purchase'
{%- endmacro %}
