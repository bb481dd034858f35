with counted as (
    select
        event_date,
        error_type,
        errors
    from mart_errors
    where event_date between $first_date and $last_date
    union all
    select
        event_date,
        event_type as error_type,
        -1 as errors
    from edge
    where event_type in (select distinct error_type from mart_errors)
)

select
    event_date,
    error_type,
    cast(sum(errors) as bigint) as errors
from counted
group by event_date, error_type
