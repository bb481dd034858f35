select
    quarantine_reason,
    quarantined_rows
from mart_quarantine
order by quarantine_reason
