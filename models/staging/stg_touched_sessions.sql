{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

select cast(null as string) as session_id
{% if is_incremental() %}
    where false
{% endif %}
