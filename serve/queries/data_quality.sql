select
    defect,
    cast(sum(events) as bigint) as events
from mart_data_quality
group by defect
order by defect
