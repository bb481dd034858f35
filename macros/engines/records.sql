{% macro first_record(columns, condition) -%}
    {{ return(adapter.dispatch('first_record')(columns, condition)) }}
{%- endmacro %}

{% macro default__first_record(columns, condition) -%}
    first_value(
        case when {{ condition }} then {
            {%- for column in columns %}'{{ column }}': {{ column }}{{ ', ' if not loop.last }}{% endfor -%}
        } end ignore nulls
    )
{%- endmacro %}

{% macro spark__first_record(columns, condition) -%}
    first_value(case when {{ condition }} then struct({{ columns | join(', ') }}) end, true)
{%- endmacro %}

{% macro number_of_text(text) -%}
    {{ return(adapter.dispatch('number_of_text')(text)) }}
{%- endmacro %}

{% macro default__number_of_text(text) -%}
    cast('0x' || left(md5({{ text }}), 15) as bigint)
{%- endmacro %}

{% macro spark__number_of_text(text) -%}
    cast(conv(left(md5({{ text }}), 15), 16, 10) as bigint)
{%- endmacro %}

{% macro whole_numbers(first, last) -%}
    {{ return(adapter.dispatch('whole_numbers')(first, last)) }}
{%- endmacro %}

{% macro default__whole_numbers(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__whole_numbers(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}

{% macro texts_in_order(text, separator, place) -%}
    {{ return(adapter.dispatch('texts_in_order')(text, separator, place)) }}
{%- endmacro %}

{% macro default__texts_in_order(text, separator, place) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ place }})
{%- endmacro %}

{% macro spark__texts_in_order(text, separator, place) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ place }})
{%- endmacro %}
