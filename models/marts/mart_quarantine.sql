with quarantine as (
    select * from {{ ref('stg_landing__quarantine') }}
)

select
    quarantine_reason,
    count(*) as quarantined_rows
from quarantine
group by quarantine_reason
