{# A build that has read nothing makes every table, and every test, what it was when the last one ended. #}
{% macro is_finished() -%}
    {{ return(flags.WHICH == 'build' and run_query('from finished_build').rows | length > 0) }}
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
