-- One test for all tables, as dbt takes longer to begin a test than DuckDB to answer one of these.
-- depends_on: {{ ref('stg_touched_events') }}
-- Of touched sessions, stg_touched_rows has all rows; the row 0 of a file is of no session.
{%- set keys = {
    'stg_parsed_events': 'file, row_number, item_number',
    'stg_touched_rows': 'file, row_number, item_number',
    'stg_quarantine': 'file, row_number',
    'stg_touched_days': 'event_date',
    'fct_checkouts': 'event_date, buyer_id',
    'fct_events_daily': 'event_date, event_type',
    'fct_product_names': 'product_slug, named_at',
    'fct_product_names_daily': 'product_slug, named_at',
    'fct_steps_daily': 'event_date, event_type, previous_date',
    'mart_checkouts': 'event_date, source',
    'mart_data_quality': 'event_date, event_type, defect',
    'mart_dates': 'date_day',
    'mart_errors': 'event_date, error_type',
    'mart_funnel_daily': 'event_date, step',
    'mart_funnel_monthly': 'month_date, step',
    'mart_funnel_weekly': 'week_date, step',
    'mart_products': 'event_date, product_slug',
    'mart_quarantine': 'quarantine_reason',
    'mart_repurchases': 'event_date, days_since_previous',
    'mart_retention_monthly': 'cohort_month_date, months_after',
    'mart_retention_weekly': 'cohort_week_date, weeks_after',
    'mart_sales': 'event_date',
    'mart_traffic': 'event_date, source',
    'mart_whatsapp': 'event_date',
    'fct_product_steps_daily': 'event_date, product_slug, event_type, previous_date',
    'api_sources': 'event_date, source, previous_date',
} %}
{%- set are_all_tested = not execute or flags.WHICH != 'build' or are_all_touched() %}

{% for table, key in keys.items() %}
    select '{{ table }}' as table_with_a_repeated_key
    from {{ ref(table) }}
    where
        {% if are_all_tested %}
            true
        {% elif table == 'stg_parsed_events' %}
            row_number = 0
        {% else %}
            {{ touched_rows_of(table) or 'true' }}
        {% endif %}
    group by {{ key }}
    having count(*) > 1
    {{ 'union all' if not loop.last }}
{% endfor %}
