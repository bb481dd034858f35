{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

events as (
    select * from {{ ref('fct_whatsapp') }}
    {% if is_incremental() %}
        where event_date in (select event_date from changed_dates)
    {% endif %}
),

days as (
    select
        count(*) filter (where event_type = 'whatsapp_cart_click') as clicks,
        count(*) filter (where event_type = 'whatsapp_purchase') as sales,
        count(*) filter (
            where event_type = 'whatsapp_cart_click' and type_previous_date is distinct from event_date
        ) as sessions_with_click,
        count(*) filter (
            where event_type = 'whatsapp_purchase' and type_previous_date is distinct from event_date
        ) as sessions_with_sale,
        count(seconds_since_click) as sales_after_click,
        sum(seconds_since_click) as seconds_to_sale,
        median(seconds_since_click) as median_seconds_to_sale,
        count(clicked_value) as sales_with_revenue,
        sum(clicked_value) as revenue,
        count(*) filter (where is_first_of_deal) as deals,
        sum(coalesce(amount, clicked_value)) filter (where event_type = 'whatsapp_purchase') as won_amount,
        -- Of whole seconds it is a multiple of a tenth.
        cast({{ percentile('seconds_since_click', 0.9) }} as decimal(18, 1)) as p90_seconds_to_sale,
        event_date
    from events
    group by event_date
)

select
    clicks,
    sales,
    sessions_with_click,
    sessions_with_sale,
    {{ percentage('sessions_with_sale', 'sessions_with_click') }} as closing_rate,
    sales_after_click,
    cast(coalesce(seconds_to_sale, 0) as bigint) as seconds_to_sale,
    median_seconds_to_sale,
    sales_with_revenue,
    coalesce(revenue, 0) as revenue,
    deals,
    cast(coalesce(revenue, 0) as decimal(38, 4)) as won_value,
    cast(coalesce(won_amount, 0) as decimal(38, 4)) as won_amount,
    p90_seconds_to_sale,
    event_date
from days
