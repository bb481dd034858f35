{%- set months_between -%}
    12 * (extract(year from first_date) - extract(year from cohort_first_date))
    + extract(month from first_date) - extract(month from cohort_first_date)
{%- endset -%}

{{ retention_by('month', 'months_after', months_between, 'cohort_month_date') }}
