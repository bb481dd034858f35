{% macro change_list(unique_key) -%}
    {%- set lists = {
        'event_key': 'int_changed_rows', 'session_id': 'int_changed_rows', 'buyer_id': 'int_changed_rows',
        'event_date': 'int_changed_dates', 'order_key': 'int_changed_orders',
        'person_id': 'int_changed_persons', 'first_session_id': 'int_changed_persons',
        'first_session_number': 'int_changed_persons'
    } -%}
    {%- if unique_key not in lists -%}
        {{ exceptions.raise_compiler_error(
            "replace_changed replaces all rows of what has changed, so unique_key must be one of "
            ~ lists | join(', ') ~ ", and not " ~ unique_key ~ "."
        ) }}
    {%- endif -%}
    {{ return(lists[unique_key]) }}
{%- endmacro %}
