select
    defect,
    cast(sum(events) as bigint) as events
from mart_data_quality
where event_type = 'purchase' and event_date between $first_date and $last_date
group by defect
order by defect
