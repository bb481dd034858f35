select
    defect as name,
    cast(sum(events) as bigint) as number
from mart_data_quality
group by defect
order by defect
