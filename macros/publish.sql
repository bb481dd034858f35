{% macro publish(results) -%}
    {% if execute and flags.WHICH == 'build' %}
        {% set done = [] %}
        {% set failed = [] %}
        {% for result in results %}
            {% if result.status in ['error', 'fail', 'runtime error', 'partial success'] %}
                {% do failed.append(result.node.name) %}
                {% set message = result.message or '' %}
                {% if 'Corrupt database file' in message or ('read enough bytes' in message and 'build.duckdb' in message) %}
                    {{ exceptions.raise_compiler_error(
                        "The build file is damaged. Remove " ~ target.path ~ " and build again: all landed"
                        ~ " files are read anew, and events of files that are gone are lost."
                    ) }}
                {% endif %}
            {% elif result.status in ['success', 'pass', 'warn'] %}
                {% do done.append(result.node.unique_id) %}
            {% endif %}
        {% endfor %}

        {% set left_out = [] %}
        {% set tables = {} %}
        {% for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'test'] %}
            {% if node.unique_id not in done %}
                {% do left_out.append(node.name) %}
            {% elif node.config.meta.get('published') %}
                {% set columns = {} %}
                {% set types = {} %}
                {% for column in node.columns.values() %}
                    {% do columns.update({column.name: column.description}) %}
                    {% do types.update({column.name: column.data_type}) %}
                {% endfor %}
                {% do tables.update({node.name: {
                    'description': node.description, 'columns': columns, 'types': types,
                    'touched': touched_rows_of(node.name)
                }}) %}
            {% endif %}
        {% endfor %}

        {% if failed %}
            {{ log('Nothing was published, as these failed: ' ~ failed | join(', '), info=true) }}
        {% elif left_out or flags.EMPTY %}
            {{ log('Nothing was published, as this was not a whole build.', info=true) }}
        {% else %}
            {{ publish_tables({
                'tables': tables, 'store_timezone': store_timezone(), 'began_at': run_started_at.isoformat()
            }) }}
        {% endif %}
    {% endif %}
{%- endmacro %}

{# What a build may have changed of a table that it makes anew in part. #}
{% macro touched_rows_of(table) -%}
    {% set node = graph.nodes['model.' ~ project_name ~ '.' ~ table] %}
    {% if node.config.materialized == 'daily' %}
        {{ return('event_date in (select event_date from stg_touched_days)') }}
    {% elif node.config.materialized == 'touched' %}
        {% set id = node.config.unique_key %}
        {{ return(id ~ ' in (select ' ~ id ~ ' from stg_touched_events)') }}
    {% elif node.config.materialized == 'kept' %}
        {{ return('false') }}
    {% endif %}
    {{ return(none) }}
{%- endmacro %}
