with landed_rows as (
    select
        file_id,
        row_number,
        item_number,
        event_key,
        session_id,
        buyer_id as visitor_id,
        case when event_type in ('begin_checkout', 'purchase') then buyer_id end as buyer_id,
        event_type = 'purchase' as is_purchase,
        order_id,
        occurred_at
    from {{ ref('stg_landing__rows') }}
    where quarantine_reason is null
),

files as (
    select * from {{ ref('stg_landing__files') }}
),

superseded_files as (
    select * from {{ ref('stg_landing__superseded_files') }}
),

last_publication as (
    select * from {{ source('state', 'last_publication') }}
),

-- File ids only grow. Where nothing is published, all files are changed. A full refresh needs no list.
changed_files as (
    select file_id
    from files
    where
        {{ not flags.FULL_REFRESH }}
        and (
            file_id > coalesce((select max(last_file_id) from last_publication), 0)
            or file_id in (select file_id from superseded_files)
        )
),

changed_keys as (
    select event_key
    from {{ ref('stg_landing__rows') }}
    where quarantine_reason is null and file_id in (select file_id from changed_files)
),

-- Physical: most rows with a changed key lie in the newest files, so DuckDB skips all others.
files_of_changed_keys as (
    select file_id
    from changed_files
    union
    select file_id
    from {{ ref('stg_landing__rows') }}
    where event_key in (select event_key from changed_keys)
),

-- Of rows with the same key, which one counts is decided again, so the sessions of all of them are changed.
changed_rows as (
    select * from landed_rows
    where
        file_id in (select file_id from files_of_changed_keys)
        and (
            file_id in (select file_id from changed_files)
            or event_key in (select event_key from changed_keys)
        )
)

select
    file_id,
    row_number,
    item_number,
    event_key,
    session_id,
    visitor_id,
    buyer_id,
    case
        when is_purchase then {{ order_key('order_id', 'session_id', 'occurred_at') }}
        else 'id ' || order_id
    end as order_key,
    {{ store_date('occurred_at') }} as event_date
from changed_rows
