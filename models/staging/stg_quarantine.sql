with parsed_events as (
    select * from {{ ref('stg_parsed_events') }}
),

landed_rows as (
    select * from {{ ref('stg_rows') }}
)

select
    landed_rows.file,
    landed_rows.row_number,
    parsed_events.quarantine_reason,
    landed_rows.text
from parsed_events
inner join landed_rows
    on
        parsed_events.file = landed_rows.file
        and parsed_events.row_number = landed_rows.row_number
where parsed_events.quarantine_reason is not null
