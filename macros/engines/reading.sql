{# On Spark, each task asks the query of the files that it reads, in a DuckDB of its own. #}
{% macro read_in_tasks(source_table) -%}
    {{ return(adapter.dispatch('read_in_tasks')(source_table, caller())) }}
{%- endmacro %}

{% macro default__read_in_tasks(source_table, query) -%}
    {{ query }}
{%- endmacro %}

{% macro spark__read_in_tasks(source_table, query) -%}
    {% if execute %}
        {% do run_query(
            "create or replace temporary view landed_" ~ source_table ~ " using landing options (raw_events '"
            ~ spark_text(env_var('RAW_EVENTS', '')) ~ "', warehouse '" ~ spark_text(env_var('WAREHOUSE_DIR', 'warehouse'))
            ~ "', query '" ~ spark_text(query) ~ "', source_table '" ~ source_table ~ "')"
        ) %}
    {% endif %}
    select * from landed_{{ source_table }}
{%- endmacro %}

{% macro spark_text(text) -%}
    {{ return(text | replace('\\', '\\\\') | replace("'", "\\'")) }}
{%- endmacro %}

{% macro seed_rows(name) -%}
    {{ return(adapter.dispatch('seed_rows')(name)) }}
{%- endmacro %}

{% macro default__seed_rows(name) -%}
    {{ return(ref(name)) }}
{%- endmacro %}

{% macro spark__seed_rows(name) -%}
    {{ return(name) }}
{%- endmacro %}

{% macro load_landing() -%}
    {{ return(adapter.dispatch('load_landing')()) }}
{%- endmacro %}

{# `store_relation` is how dbt-duckdb lets a macro call a plugin. #}
{% macro default__load_landing() -%}
    {% if execute and 'model.' ~ project_name ~ '.stg_landing__rows' in selected_resources %}
        {% do adapter.store_relation('landing', none, [], '', '', {'is_reread': var('reread', false)}) %}
    {% endif %}
{%- endmacro %}

{# Tasks read the files later; of an earlier publication, nothing is known. #}
{% macro spark__load_landing() -%}
    {% if execute %}
        {% do run_query('create database if not exists ' ~ target.schema) %}
        {% do run_query(
            "create table if not exists " ~ target.schema ~ ".last_publication (last_file_id bigint) using parquet"
            ~ " location '" ~ invocation_id ~ "/last_publication'"
        ) %}
    {% endif %}
{%- endmacro %}
