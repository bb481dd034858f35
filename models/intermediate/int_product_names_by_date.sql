{{ config(materialized='incremental', unique_key='event_date') }}

with changed_dates as (
    select * from {{ ref('int_changed_dates') }}
),

names as (
    select
        product_slug,
        max(product_name) as product_name,
        event_date,
        occurred_at as named_at
    from {{ ref('int_events') }}
    where
        product_slug is not null
        and product_name is not null
        {% if is_incremental() %}
            and event_date in (select event_date from changed_dates)
        {% endif %}
    group by event_date, product_slug, occurred_at
),

changes as (
    select
        *,
        lag(product_name) over (partition by event_date, product_slug order by named_at) as previous_name
    from names
)

select
    product_slug,
    product_name,
    event_date,
    named_at
from changes
where product_name is distinct from previous_name
