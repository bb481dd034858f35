{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}

{% call read_in_tasks('files') %}

select
    file_id,
    file,
    file_version,
    parser_version,
    make_timestamp(try_cast(split_part(file_version, '-', 2) as bigint) // 1000) as changed_at
from {{ source('landing', 'files') }}

{% endcall %}
