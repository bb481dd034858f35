with funnel as (
    select * from {{ ref('fct_funnel') }}
)

select
    funnel,
    step,
    step_number,
    events,
    sessions,
    event_conversion_rate,
    session_conversion_rate,
    first_date as event_date
from funnel
where period = 'day'
