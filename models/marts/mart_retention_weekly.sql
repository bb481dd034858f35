{%- set weeks_between = whole_quotient(days_between('cohort_first_date', 'first_date'), '7') -%}

{{ retention_by('week', 'weeks_after', weeks_between, 'cohort_week_date') }}
