-- One test for all tables, because dbt takes longer to begin a test than DuckDB to answer one of these. Tables of rows
-- and of events, which take seconds at 10 million, have `unique_rows` beside their models.
{%- set tables = [
    'stg_landing__files',
    'stg_landing__quarantine',
    'int_changed_dates',
    'int_changed_orders',
    'int_changed_persons',
    'int_checkouts',
    'int_orders',
    'int_visits_daily',
    'fct_ad_spend',
    'fct_events_daily',
    'fct_order_lines',
    'fct_order_touches',
    'fct_orders',
    'fct_product_names',
    'int_product_names_by_date',
    'fct_product_steps_daily',
    'fct_steps_daily',
    'mart_attribution',
    'mart_campaigns',
    'mart_carts',
    'mart_checkouts',
    'mart_customer_segments',
    'mart_data_quality',
    'mart_dates',
    'mart_errors',
    'mart_orders',
    'mart_funnel_daily',
    'mart_funnel_monthly',
    'mart_funnel_sources',
    'mart_funnel_weekly',
    'mart_paths',
    'mart_products',
    'mart_quarantine',
    'mart_repurchases',
    'mart_retention_monthly',
    'mart_retention_weekly',
    'mart_sales',
    'mart_traffic',
    'mart_whatsapp',
    'api_finished_checkouts',
    'api_customer_segments',
    'api_sources',
] -%}
{%- do check_primary_keys(tables) -%}

{% for table in tables %}
    select '{{ table }}' as table_with_a_repeated_key
    from {{ ref(table) }}
    group by {{ primary_key_of(table) }}
    having count(*) > 1
    {{ 'union all' if not loop.last }}
{% endfor %}
