select
    count(*) filter (where coalesce(previous_purchase_at < $retention_starts_at, true)) as buyers,
    count(*) filter (
        where previous_purchase_at >= $retention_starts_at
        and coalesce(second_previous_purchase_at < $retention_starts_at, true)
    ) as recurrent_buyers
from mart_retention
where purchased_at between $retention_starts_at and $ends_at
