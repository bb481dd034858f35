with parsed_events as (
    select * from {{ ref('stg_parsed_events') }}
)

select
    file,
    row_number,
    quarantine_reason,
    quarantined_text as text
from parsed_events
where quarantine_reason is not null
