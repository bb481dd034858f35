{% macro forget_other_readers() -%}
    {% if is_incremental() %}
        {% set columns = adapter.get_columns_in_relation(this) | map(attribute='name') | list %}
        delete from {{ this }}
        where
            exists (select file from {{ ref('stg_rows') }})
            {% if 'reader_version' in columns %}
                and reader_version != (select max(reader_version) from {{ ref('stg_rows') }})
            {% endif %}
    {% endif %}
{%- endmacro %}
