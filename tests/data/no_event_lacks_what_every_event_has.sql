-- depends_on: {{ ref('stg_touched_events') }}
-- depends_on: {{ ref('stg_touched_rows') }}
-- depends_on: {{ ref('stg_parsed_events') }}
select *
from {{ rows_to_test() }}
where
    quarantine_reason is null
    and row_number > 0
    and (session_id is null or buyer_id is null or event_type is null or event_date is null or occurred_at is null)
