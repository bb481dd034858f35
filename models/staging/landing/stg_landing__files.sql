{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}

-- Rows first: a file version counts as read only once its rows are here.
with landed_rows as (
    select * from {{ ref('stg_landing__rows') }}
    where row_number = 0
),

landed_files as (
    {% call read_in_tasks('files') %}
        select * from {{ source('landing', 'files') }}
    {% endcall %}
)

select
    landed_files.file_id,
    landed_files.file,
    landed_files.file_version,
    landed_files.parser_version,
    landed_rows.quarantine_reason as parse_error
from landed_files
left join landed_rows on landed_files.file_id = landed_rows.file_id
