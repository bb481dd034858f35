{% macro forget_other_readers() -%}
    {% if is_incremental() %}
        {% if 'reader_version' not in adapter.get_columns_in_relation(this) | map(attribute='name') %}
            {{ exceptions.raise_compiler_error(
                "The rows kept from builds before have other columns than this code keeps:"
                " run `dbt build --full-refresh` once."
            ) }}
        {% endif %}
        delete from {{ this }}
        where reader_version != (select max(reader_version) from {{ ref('stg_rows') }})
    {% endif %}
{%- endmacro %}
