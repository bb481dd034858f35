-- depends_on: {{ ref('stg_touched_events') }}

select *
from {{ ref('stg_parsed_events') }}
where
    {{ 'false' if are_all_touched() else is_touched('session_id', ref('stg_parsed_events')) }}
    and quarantine_reason is null
