{% macro require_column(name) -%}
    {% if name not in adapter.get_columns_in_relation(this) | map(attribute='name') %}
        {{ exceptions.raise_compiler_error(
            "The rows kept from builds before in " ~ this.identifier
            ~ " have other columns than this code keeps: run `dbt build --full-refresh` once."
        ) }}
    {% endif %}
{%- endmacro %}

{% macro forget_other_readers() -%}
    {% if is_incremental() %}
        {{ require_column('reader_version') }}
        insert into {{ ref('stg_touched_sessions') }}
        select distinct cast(null as string)
        from {{ this }}
        where reader_version != (select max(reader_version) from {{ ref('stg_rows') }});

        delete from {{ this }}
        where reader_version != (select max(reader_version) from {{ ref('stg_rows') }})
    {% endif %}
{%- endmacro %}

{# Run before files are exchanged and after, so that sessions that lose a row are known too. #}
{% macro touch_sessions() -%}
    {% if is_incremental() %}
        insert into {{ ref('stg_touched_sessions') }}
        with touched_rows as (
            select
                session_id,
                event_key
            from {{ this }}
            where file in (select file from {{ ref('stg_rows') }}) and session_id is not null
        )

        select session_id
        from touched_rows
        union
        select session_id
        from {{ this }}
        where session_id is not null and event_key in (select event_key from touched_rows)
    {% endif %}
{%- endmacro %}

{# Asked before, as DuckDB looks up a few sessions quickly, but not "these, or all". #}
{% macro is_touched(session_id='session_id') -%}
    {% if execute and run_query("from " ~ ref('stg_touched_sessions') ~ " where session_id is null").rows %}
        true
    {% else %}
        {{ session_id }} in (select session_id from {{ ref('stg_touched_sessions') }})
    {% endif %}
{%- endmacro %}

{% macro take_out_touched_sessions() -%}
    {% if is_incremental() %}
        {{ require_column('session_id') }}
        delete from {{ this }}
        where {{ is_touched() }}
    {% endif %}
{%- endmacro %}

{% macro touch_all_if_defined_otherwise() -%}
    {% if is_incremental() %}
        insert into {{ ref('stg_touched_sessions') }}
        select cast(null as string)
        from duckdb_tables()
        where
            database_name = '{{ this.database }}'
            and table_name = 'fct_events'
            and comment is distinct from '{{ definition_version() }}'
    {% endif %}
{%- endmacro %}

{% macro note_definition_version() -%}
    comment on table {{ this }} is '{{ definition_version() }}'
{%- endmacro %}

{% macro definition_version() -%}
    {% if execute %}
        {% set code = [events_of('parsed_rows', 'later_deliveries'), line_value('a_price', 'a_quantity')] %}
        {% for name in ['stg_later_deliveries', 'fct_events'] %}
            {% do code.append(graph.nodes['model.storefront_metrics.' ~ name].raw_code) %}
        {% endfor %}
        {{ return(local_md5(code | join)) }}
    {% endif %}
{%- endmacro %}

{# The database `landed` is empty when a build begins. #}
{% materialization landed, adapter='duckdb', supported_languages=['python'] %}
    {% call statement('main', language='python') -%}
        {{ create_table_as(False, this, compiled_code, 'python') }}
    {%- endcall %}
    {{ adapter.commit() }}
    {% call statement('unfinished', auto_begin=true) -%}
        delete from finished_build where exists (select file from {{ this }})
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}
