-- depends_on: {{ ref('stg_touched_events') }}
-- depends_on: {{ ref('stg_touched_rows') }}
-- depends_on: {{ ref('stg_parsed_events') }}
select
    file,
    row_number
from {{ rows_to_test() }}
group by file, row_number
having count(*) > 1
