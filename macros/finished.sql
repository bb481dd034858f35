{# A build that has read nothing makes every table, and every test, what it was when the last one ended. #}
{% macro is_finished() -%}
    {{ return(flags.WHICH == 'build' and run_query('from last_build where is_finished').rows | length > 0) }}
{%- endmacro %}

{% macro left_as_it_is() -%}
    {%- if load_cached_relation(this) and is_finished() -%}
        {%- call statement('main') -%} select 'left as it is' {%- endcall -%}
        {{ return({'relations': [this]}) }}
    {%- endif -%}
{%- endmacro %}

{# Replaced in one transaction: dbt's own makes it under another name first and renames it, three statements more. #}
{% materialization table, adapter='duckdb' %}
    {%- set left = left_as_it_is() -%}
    {%- if left -%} {{ return(left) }} {%- endif -%}
    {%- set before, after = load_cached_relation(this), this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {% if before %} drop {{ before.type }} {{ before }}; {% endif %}
        {{ create_table_as(False, after, compiled_code) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [after]}) }}
{% endmaterialization %}

{# The touched days alone, of which the whole table's query is asked: so its rows are those of a full build. #}
{% materialization daily, adapter='duckdb' %}
    {%- set left = left_as_it_is() -%}
    {%- if left -%} {{ return(left) }} {%- endif -%}
    {%- set days = run_query("from " ~ ref('stg_touched_days')).columns[0].values() -%}
    {%- if not load_cached_relation(this) or should_full_refresh() or none in days -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}
    {%- set are_touched -%}
        {%- if days -%} event_date in (date '{{ days | join("', date '") }}') {%- else -%} false {%- endif -%}
    {%- endset -%}
    {%- call statement('main') -%}
        delete from {{ this }} where {{ are_touched }};
        insert into {{ this }} by name from ({{ compiled_code }}) where {{ are_touched }}
    {%- endcall -%}
    {{ adapter.commit() }}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb' %}
    {{ return(left_as_it_is() or dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{% materialization test, adapter='duckdb' %}
    {% if is_finished() %}
        {% call statement('main', fetch_result=true) %}
            select 0 as failures, false as should_warn, false as should_error
        {% endcall %}
        {{ return({'relations': []}) }}
    {% endif %}
    {{ return(dbt.materialization_test_default()) }}
{% endmaterialization %}
