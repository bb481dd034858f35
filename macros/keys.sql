{% macro primary_key_of(table) -%}
    {%- if execute -%}
        {{ graph.nodes['model.' ~ project_name ~ '.' ~ table].config.meta.primary_key | join(', ') }}
    {%- endif -%}
{%- endmacro %}

{% macro check_primary_keys(tables) -%}
    {%- if execute -%}
        {%- set tested = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'test' and node.test_metadata -%}
            {%- if node.test_metadata.name == 'unique_rows' -%} {%- do tested.append(node.attached_node) -%} {%- endif -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- set key = node.config.meta.get('primary_key') -%}
            {%- if key is none -%}
                {{ exceptions.raise_compiler_error(
                    node.name ~ ' declares no meta.primary_key; [] means that it has none.'
                ) }}
            {%- elif key and node.name not in tables and node.unique_id not in tested -%}
                {{ exceptions.raise_compiler_error(
                    'No test holds that ' ~ node.name ~ ' has one row per ' ~ key | join(', ')
                    ~ ': add it to every_table_has_one_row_per_key, or a test unique_rows to the model.'
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
