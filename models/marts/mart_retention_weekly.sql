with cohorts as (
    select * from {{ ref('fct_cohorts') }}
)

select
    periods_after as weeks_after,
    cohort_buyers,
    buyers,
    purchases,
    revenue,
    {{ percentage('buyers', 'cohort_buyers') }} as retention_rate,
    cohort_first_date as cohort_week_date
from cohorts
where period = 'week'
