{% macro retention_by(period, periods_after, periods_between, date_column) -%}
with purchases as (
    select
        revenue,
        previous_purchase_date,
        cast(date_trunc('{{ period }}', purchase_date) as date) as first_date,
        cast(date_trunc('{{ period }}', first_purchase_date) as date) as cohort_first_date
    from {{ ref('int_purchases') }}
),

cohorts as (
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
sized as (
    select
        *,
        first_value(buyers) over (partition by cohort_first_date order by first_date) as cohort_buyers
    from cohorts
)

select
    cast({{ periods_between }} as bigint) as {{ periods_after }},
    cohort_buyers,
    buyers,
    purchases,
    revenue,
    {{ percentage('buyers', 'cohort_buyers') }} as retention_rate,
    cohort_first_date as {{ date_column }}
from sized
{%- endmacro %}
