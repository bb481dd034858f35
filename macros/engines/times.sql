{% macro store_date(instant) -%}
    {{ return(adapter.dispatch('store_date')(instant)) }}
{%- endmacro %}

{% macro default__store_date(instant) -%}
    cast(timezone('{{ store_timezone() }}', timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro spark__store_date(instant) -%}
    cast(convert_timezone('UTC', '{{ store_timezone() }}', {{ instant }}) as date)
{%- endmacro %}

{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between')(first, last)) }}
{%- endmacro %}

{% macro default__days_between(first, last) -%}
    date_diff('day', {{ first }}, {{ last }})
{%- endmacro %}

{% macro spark__days_between(first, last) -%}
    cast(date_diff({{ last }}, {{ first }}) as bigint)
{%- endmacro %}

{% macro seconds_between(first, last) -%}
    {{ return(adapter.dispatch('seconds_between')(first, last)) }}
{%- endmacro %}

{% macro default__seconds_between(first, last) -%}
    date_sub('second', {{ first }}, {{ last }})
{%- endmacro %}

{% macro spark__seconds_between(first, last) -%}
    timestampdiff(second, {{ first }}, {{ last }})
{%- endmacro %}

{% macro microseconds_between(first, last) -%}
    {{ return(adapter.dispatch('microseconds_between')(first, last)) }}
{%- endmacro %}

{% macro default__microseconds_between(first, last) -%}
    date_diff('microsecond', {{ first }}, {{ last }})
{%- endmacro %}

{% macro spark__microseconds_between(first, last) -%}
    timestampdiff(microsecond, {{ first }}, {{ last }})
{%- endmacro %}

{% macro check_store_timezone() -%}
    {{ return(adapter.dispatch('check_store_timezone')()) }}
{%- endmacro %}

{% macro default__check_store_timezone() -%}
    {% if execute %}
        {% set zone = store_timezone() %}
        {% set known = run_query(
            "select count(*) from pg_timezone_names() where name = '" ~ zone | replace("'", "''") ~ "'"
        ) %}
        {% if known.rows[0][0] == 0 %}
            {{ exceptions.raise_compiler_error(
                "STORE_TIMEZONE is '" ~ zone ~ "', which is not an IANA time zone such as America/Bogota."
            ) }}
        {% endif %}
    {% endif %}
{%- endmacro %}

{# Spark has no list of them, and its own words for one that it does not know. #}
{% macro spark__check_store_timezone() -%}
    {% if execute %}
        {% do run_query("select convert_timezone('UTC', '" ~ store_timezone() ~ "', timestamp_ntz '2026-01-01')") %}
    {% endif %}
{%- endmacro %}
