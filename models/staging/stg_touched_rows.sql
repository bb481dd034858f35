-- depends_on: {{ ref('stg_touched_sessions') }}

with rows_of_sessions as (
    select *
    from {{ ref('stg_parsed_events') }}
    where quarantine_reason is null and {{ 'false' if are_all_touched() else is_touched() }}
)

select *
from rows_of_sessions
union all
select *
from {{ ref('stg_parsed_events') }}
where
    quarantine_reason is null
    and event_key in (select event_key from rows_of_sessions)
    and session_id not in (select session_id from rows_of_sessions)
