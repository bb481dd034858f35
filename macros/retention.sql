{% macro retention_by(period, periods_after, periods_between, date_column) -%}
with purchases as (
    select
        revenue,
        previous_purchase_date,
        cast(date_trunc('{{ period }}', purchase_date) as date) as first_date,
        cast(date_trunc('{{ period }}', first_purchase_date) as date) as cohort_first_date
    from {{ ref('int_purchases') }}
),

counts as (
    select
        count(*) filter (where coalesce(previous_purchase_date < first_date, true)) as buyers,
        count(*) as purchases,
        sum(revenue) as revenue,
        cohort_first_date,
        first_date
    from purchases
    group by cohort_first_date, first_date
),

-- All buyers of a cohort bought in its first period.
cohorts as (
    select
        cohort_first_date,
        buyers as cohort_buyers
    from counts
    where first_date = cohort_first_date
),

periods as (
    select date_day as first_date
    from {{ ref('mart_dates') }}
    where
        cast(date_trunc('{{ period }}', date_day) as date) = date_day
        and date_day <= (select max(event_date) from {{ ref('fct_steps_daily') }})
    union
    select first_date
    from counts
),

-- Also the periods in which nobody of a cohort bought, or else an average over cohorts would leave them out.
every_period as (
    select
        cohorts.cohort_first_date,
        cohorts.cohort_buyers,
        periods.first_date,
        cast(coalesce(counts.buyers, 0) as bigint) as buyers,
        cast(coalesce(counts.purchases, 0) as bigint) as purchases,
        cast(coalesce(counts.revenue, 0) as decimal(38, 4)) as revenue
    from cohorts
    inner join periods on cohorts.cohort_first_date <= periods.first_date
    left join counts
        on cohorts.cohort_first_date = counts.cohort_first_date and periods.first_date = counts.first_date
)

select
    cast({{ periods_between }} as bigint) as {{ periods_after }},
    cohort_buyers,
    buyers,
    purchases,
    revenue,
    {{ percentage('buyers', 'cohort_buyers') }} as retention_rate,
    cohort_first_date as {{ date_column }}
from every_period
{%- endmacro %}
