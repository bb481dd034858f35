{% macro order_key(order_id, session_id, started_at) -%}
    coalesce(
        'id ' || {{ order_id }},
        'session ' || {{ session_id }} || ' ' || cast(
            {{ seconds_between("cast('1970-01-01' as timestamp)", started_at) }} as string
        )
    )
{%- endmacro %}

{% macro order_of_lines() -%}
    occurred_at, session_id, source, product_slug nulls last, value, quantity
{%- endmacro %}
