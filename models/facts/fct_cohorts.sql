with purchases as (
    select * from {{ ref('fct_purchases') }}
),

periods as (
    select period_names.period
    from (values ('week'), ('month')) as period_names (period)
),

purchases_in_periods as (
    select
        periods.period,
        purchases.revenue,
        purchases.previous_purchase_date,
        cast(date_trunc(periods.period, purchases.purchase_date) as date) as first_date,
        cast(date_trunc(periods.period, purchases.first_purchase_date) as date) as cohort_first_date
    from purchases
    cross join periods
),

cohorts as (
    select
        period,
        count(*) filter (where coalesce(previous_purchase_date < first_date, true)) as buyers,
        count(*) as purchases,
        sum(revenue) as revenue,
        cohort_first_date,
        first_date
    from purchases_in_periods
    group by period, cohort_first_date, first_date
)

-- All of a cohort bought in its first period.
select
    period,
    cast(
        case
            when period = 'week' then {{ whole_quotient(days_between('cohort_first_date', 'first_date'), '7') }}
            else
                12 * (extract(year from first_date) - extract(year from cohort_first_date))
                + extract(month from first_date) - extract(month from cohort_first_date)
        end as bigint
    ) as periods_after,
    first_value(buyers) over (partition by period, cohort_first_date order by first_date) as cohort_buyers,
    buyers,
    purchases,
    revenue,
    cohort_first_date
from cohorts
