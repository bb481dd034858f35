with quarantine as (
    select * from {{ ref('stg_quarantine') }}
)

select
    quarantine_reason,
    count(*) as quarantined_rows
from quarantine
group by quarantine_reason
