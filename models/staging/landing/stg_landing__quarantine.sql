with landed_rows as (
    select * from {{ ref('stg_landing__rows') }}
    where quarantine_reason is not null and quarantine_reason != '{{ ad_spend() }}'
),

superseded_files as (
    select * from {{ ref('stg_landing__superseded_files') }}
)

select
    landed_rows.file,
    landed_rows.row_number,
    landed_rows.quarantine_reason,
    landed_rows.quarantined_text as text
from landed_rows
anti join superseded_files on landed_rows.file_id = superseded_files.file_id
