{% macro where_rows_are_read() -%}
    {{ return(adapter.dispatch('where_rows_are_read')(caller())) }}
{%- endmacro %}

{% macro default__where_rows_are_read(query) -%}
    {{ query }}
{%- endmacro %}

{% macro spark__where_rows_are_read(query) -%}
    {% if execute %}
        {% do run_query(
            "create or replace temporary view landing using landing options (raw_events '"
            ~ spark_text(env_var('RAW_EVENTS', '')) ~ "', warehouse '" ~ spark_text(env_var('WAREHOUSE_DIR', 'warehouse'))
            ~ "', query '" ~ spark_text(query) ~ "')"
        ) %}
    {% endif %}
    select * from landing
{%- endmacro %}

{% macro spark_text(text) -%}
    {{ return(text | replace('\\', '\\\\') | replace("'", "\\'")) }}
{%- endmacro %}

{% macro landed_rows() -%}
    {{ return(adapter.dispatch('landed_rows')()) }}
{%- endmacro %}

{% macro default__landed_rows() -%}
    {{ return(ref('stg_rows')) }}
{%- endmacro %}

{% macro spark__landed_rows() -%}
    {{ return('stg_rows') }}
{%- endmacro %}

{% macro event_names() -%}
    {{ return(adapter.dispatch('event_names')()) }}
{%- endmacro %}

{% macro default__event_names() -%}
    {{ return(ref('event_names')) }}
{%- endmacro %}

{% macro spark__event_names() -%}
    {{ return('event_names') }}
{%- endmacro %}

{% macro hash_type() -%}
    {{ return(adapter.dispatch('hash_type')()) }}
{%- endmacro %}

{% macro default__hash_type() -%}
    uhugeint
{%- endmacro %}

{# None of its numbers is as wide. #}
{% macro spark__hash_type() -%}
    string
{%- endmacro %}
