{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ require_column('product_slug') }}"
    )
}}

select
    cast(null as string) as session_id,
    cast(null as string) as buyer_id,
    cast(null as string) as product_slug,
    cast(null as date) as event_date
{% if is_incremental() %}
    where false
{% endif %}
