{{ config(materialized='view') }}

with files as (
    select
        file_id,
        max(file_id) over (partition by file) as newest_file_id
    from {{ ref('stg_landing__files') }}
)

select file_id
from files
where file_id < newest_file_id
