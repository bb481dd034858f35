{% macro forget_other_readers() -%}
    {% if is_incremental() %}
        {% if 'event_date' not in adapter.get_columns_in_relation(this) | map(attribute='name') %}
            {{ exceptions.raise_compiler_error(
                "The rows kept from builds before in " ~ this.identifier
                ~ " have other columns than this code keeps: run `dbt build --full-refresh` once."
            ) }}
        {% endif %}
        {%- set others -%}
            from {{ this }}
            -- The first row of a file tells, and few have to be looked at.
            where row_number <= 1 and reader_version != (select max(reader_version) from {{ ref('stg_rows') }})
        {%- endset %}
        insert into {{ ref('stg_touched_events') }} (session_id)
        select distinct cast(null as string) {{ others }};

        delete from {{ this }}
        where file in (select file {{ others }})
    {% endif %}
{%- endmacro %}

{# Run before files are exchanged and after, so that sessions and buyers that lose an event are known too. #}
{% macro touch_events() -%}
    {% if is_incremental() %}
        insert into {{ ref('stg_touched_events') }} by name
        with read_rows as (
            select
                rowid,
                event_key
            from {{ this }}
            where file in (select file from {{ ref('stg_rows') }}) and quarantine_reason is null and row_number > 0
        )

        select distinct
            session_id,
            case when event_type in ({{ checkout_steps() }}) then buyer_id end as buyer_id,
            event_key,
            event_date
        from {{ this }}
        where
            -- By their places, as in `is_touched`.
            rowid in (
                select rowid from read_rows
                union all
                select rowid
                from {{ this }}
                where event_key in (select event_key from read_rows) and quarantine_reason is null
            )
    {% endif %}
{%- endmacro %}

{% macro are_all_touched() -%}
    {% for answer in [true, false] if execute and load_cached_relation(known_answer(answer)) %}
        {{ return(answer) }}
    {% endfor %}
    {{ return(execute and run_query(
        "select session_id from " ~ ref('stg_touched_events') ~ " where session_id is null limit 1"
    ).rows | length > 0) }}
{%- endmacro %}

{# A name in dbt's cache of relations, as asking the database forty times a build takes dbt a tenth of a second. #}
{% macro known_answer(are_all_touched) -%}
    {% set name = 'all_are_touched' if are_all_touched else 'some_are_touched' %}
    {{ return(api.Relation.create(target.database or none, target.schema, name)) }}
{%- endmacro %}

{# Once files are exchanged it stays as it is. #}
{% macro keep_answer() -%}
    {% if execute %}
        {% do adapter.cache_added(known_answer(are_all_touched())) %}
    {% endif %}
{%- endmacro %}

{#
    Asked before, as DuckDB looks up a few sessions quickly, but not "these, or all". By their places in a table it
    unpacks all columns of those rows that lie between the first and the last of them only, and most are among the last.
#}
{% macro is_touched(id='session_id', table=none) -%}
    {% if are_all_touched() %}
        true
    {% elif table %}
        rowid in (select rowid from {{ table }} where {{ is_touched(id) }})
    {% else %}
        ({{ id }}) in (select {{ id }} from {{ ref('stg_touched_events') }})
    {% endif %}
{%- endmacro %}

{% macro is_made_anew(id='session_id', table=none) -%}
    {{ return('true' if is_made_whole() else is_touched(id, table)) }}
{%- endmacro %}

{# DuckDB brings what it is asked about days to both sides of an inner join, but not of a left one. #}
{% macro is_of_touched_day(date) -%}
    {% if is_made_whole() or are_all_touched() %}
        true
    {% else %}
        {{ date }} in (select event_date from {{ ref('stg_touched_days') }})
    {% endif %}
{%- endmacro %}

{% macro rows_made_anew() -%}
    {{ return(ref('stg_parsed_events') if is_made_whole() or are_all_touched() else ref('stg_touched_rows')) }}
{%- endmacro %}

{# What a build has not touched was tested when it was. #}
{% macro rows_to_test() -%}
    {{ return(
        ref('stg_touched_rows') if flags.WHICH == 'build' and not are_all_touched() else ref('stg_parsed_events')
    ) }}
{%- endmacro %}

{% macro find_days_again() -%}
    {% if is_incremental() and are_all_touched() %}
        update {{ this }}
        set event_date = {{ store_date('occurred_at') }}
        where quarantine_reason is null
    {% endif %}
{%- endmacro %}
