select
    quarantine_reason as name,
    quarantined_rows as number
from mart_quarantine
order by quarantine_reason
