{# Rows of the temporary table are filtered too: a model whose query lacks `is_incremental()` is slow, and not wrong. #}
{% macro get_incremental_replace_changed_sql(arguments) -%}
    {%- set key = arguments.unique_key -%}
    {%- set changed = key ~ ' in (select ' ~ key ~ ' from ' ~ ref(change_list(key)) ~ ')' -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}

    delete from {{ arguments.target_relation }}
    where {{ changed }};

    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arguments.temp_relation }}
    where {{ changed }}
{%- endmacro %}
