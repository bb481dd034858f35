-- depends_on: {{ ref('stg_touched_events') }}
-- depends_on: {{ ref('stg_touched_rows') }}
-- Row 0 of a file is of no session.
with rows as (
    select
        file,
        row_number
    from {{ rows_to_test() }}
    where row_number > 0
    union all
    select
        file,
        row_number
    from {{ ref('stg_parsed_events') }}
    where row_number = 0
)

select
    file,
    row_number
from rows
group by file, row_number
having count(*) > 1
