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
        {% for node in graph.nodes.values() if node.resource_type in ['model', 'test'] %}
            {% if node.unique_id not in done and not is_unchanged_view(node) %}
                {% if 'thorough' not in node.tags %}
                    {% do left_out.append(node.name) %}
                {% endif %}
            {% elif node.access == 'public' %}
                {% set columns = {} %}
                {% set types = {} %}
                {% for column in node.columns.values() %}
                    {% do columns.update({column.name: column.description}) %}
                    {% do types.update({column.name: column.data_type}) %}
                {% endfor %}
                {% do tables.update({node.name: {
                    'description': node.description, 'columns': columns, 'types': types,
                    'changed': changed_rows_of(node)
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

{% macro is_unchanged_view(node) -%}
    {{ return(
        node.config.materialized == 'view'
        and not flags.FULL_REFRESH
        and adapter.get_relation(node.database, node.schema, node.alias) is not none
    ) }}
{%- endmacro %}

{% macro changed_rows_of(node) -%}
    {% set key = node.config.unique_key %}
    {% if key %}
        {{ return(key ~ ' in (select ' ~ key ~ ' from ' ~ change_list(key) ~ ')') }}
    {% endif %}
    {{ return(none) }}
{%- endmacro %}
