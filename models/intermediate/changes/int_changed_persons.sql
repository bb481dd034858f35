with changed_rows as (
    select * from {{ ref('int_changed_rows') }}
),

events_of_changed_sessions as (
    select distinct
        session_id,
        buyer_id,
        person_id
    from {{ ref('int_activity') }}
    where session_id in (select session_id from changed_rows)
),

-- A row that is gone has its visitor here. A session that was its visitor's before someone logged in still has the
-- visitor's events.
sessions_of_changed_rows as (
    select
        visitor_id as person_id,
        session_id
    from changed_rows
    union
    select
        buyer_id as person_id,
        session_id
    from events_of_changed_sessions
    union
    select
        person_id,
        session_id
    from events_of_changed_sessions
),

sessions_of_persons as (
    select
        person_id,
        session_id
    from sessions_of_changed_rows
    union
    select
        person_id,
        session_id
    from {{ ref('int_activity') }}
    where person_id in (select person_id from sessions_of_changed_rows)
)

select
    person_id,
    session_id as first_session_id,
    {{ number_of_text('session_id') }} as first_session_number
from sessions_of_persons
