{# Its table is in dbt's cache of relations, where it costs no query to each node. #}
{% macro nothing_new() -%}
    {{ return(api.Relation.create('landed', target.schema, 'nothing_new', type='table')) }}
{%- endmacro %}

{# A build that has read nothing makes every table, and every test, what it was when the last one ended. #}
{% macro is_finished() -%}
    {{ return(flags.WHICH == 'build' and load_cached_relation(nothing_new())) }}
{%- endmacro %}

{# The database `landed` is empty when a build begins. #}
{% materialization landed, adapter='duckdb', supported_languages=['python'] %}
    {% call statement('main', language='python') -%}
        {{ create_table_as(False, this, compiled_code, 'python') }}
    {%- endcall %}
    {{ adapter.commit() }}
    {% call statement('unfinished', auto_begin=true) -%}
        update last_build set is_finished = false where exists (select file from {{ this }})
    {%- endcall %}
    {{ adapter.commit() }}
    {% if run_query('from last_build where is_finished').rows %}
        {% do run_query('create table ' ~ nothing_new() ~ ' (is_so boolean)') %}
        {{ return({'relations': [this, nothing_new()]}) }}
    {% endif %}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}

{% macro leave_as_it_is() -%}
    {%- call statement('main') -%} select 'left as it is' {%- endcall -%}
    {{ return({'relations': [this]}) }}
{%- endmacro %}

{% macro left_as_it_is() -%}
    {%- if load_cached_relation(this) and is_finished() -%} {{ return(leave_as_it_is()) }} {%- endif -%}
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

{% materialization view, adapter='duckdb' %}
    {%- set left = left_as_it_is() -%}
    {%- if left -%} {{ return(left) }} {%- endif -%}
    {%- set view = this.incorporate(type='view') -%}
    {% call statement('main') -%} create or replace view {{ view }} as ({{ compiled_code }}) {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}

{# The code of the build before makes the columns that it made then. #}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {% if is_made_whole() or not load_cached_relation(known_answer(false)) %}
        {{ default__get_assert_columns_equivalent(sql) }}
    {% endif %}
{%- endmacro %}

{% macro is_made_whole() -%}
    {{ return(should_full_refresh() or not load_cached_relation(this)) }}
{%- endmacro %}

{% macro exchange_rows(which, rows) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        delete from {{ this }} where {{ which }};
        insert into {{ this }} by name {{ rows }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this]}) }}
{%- endmacro %}

{% materialization kept, adapter='duckdb' %}
    {%- if is_made_whole() or run_query("from stg_touched_events where session_id is null limit 1").rows -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}
    {{ return(leave_as_it_is()) }}
{% endmaterialization %}

{# The query says itself whom it is about: DuckDB would look at all of them first. #}
{% materialization touched, adapter='duckdb' %}
    {%- if is_made_whole() or is_finished() or are_all_touched() -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}
    {{ return(exchange_rows(is_touched(config.get('unique_key')), compiled_code)) }}
{% endmaterialization %}

{# The whole table's query is asked for the touched days: so its rows are those of a full build. #}
{% materialization daily, adapter='duckdb' %}
    {%- if is_made_whole() or is_finished() -%} {{ return(materialization_table_duckdb()) }} {%- endif -%}
    {%- set days = run_query("from " ~ ref('stg_touched_days')).columns[0].values() -%}
    {%- if none in days -%} {{ return(materialization_table_duckdb()) }} {%- endif -%}
    {%- set are_touched -%}
        {%- if days -%} event_date in (date '{{ days | join("', date '") }}') {%- else -%} false {%- endif -%}
    {%- endset -%}
    {{ return(exchange_rows(are_touched, "from (" ~ compiled_code ~ ") where " ~ are_touched)) }}
{% endmaterialization %}

{# Where the code is the same its columns are, which dbt's own looks for, with a table beside it, in a dozen statements. #}
{% materialization incremental, adapter='duckdb' %}
    {%- if is_made_whole() or is_finished() or are_all_touched() -%}
        {{ return(left_as_it_is() or dbt.materialization_incremental_duckdb()) }}
    {%- endif -%}
    {{ return(exchange_rows("file in (select file from " ~ ref('stg_rows') ~ ")", compiled_code)) }}
{% endmaterialization %}

{# As long as its file is the same. #}
{% materialization seed, adapter='duckdb' %}
    {%- set loaded = run_query(
        "from duckdb_tables() where table_name = '" ~ this.identifier ~ "' and comment = '" ~ model.checksum.checksum ~ "'"
    ) -%}
    {%- if loaded.rows and not should_full_refresh() -%}
        {%- do store_result('main', response='left as it is') -%}
        {%- do store_result('agate_table', response='left as it is', agate_table=loaded) -%}
        {{ return({'relations': [this]}) }}
    {%- endif -%}
    {%- set made = dbt.materialization_seed_default() -%}
    {%- do run_query("comment on table " ~ this ~ " is '" ~ model.checksum.checksum ~ "'") -%}
    {{ return(made) }}
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
