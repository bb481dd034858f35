{{ config(materialized='kept') }}

-- All are touched at first.
select
    cast(null as string) as session_id,
    cast(null as string) as buyer_id,
    cast(null as {{ hash_type() }}) as event_key,
    cast(null as date) as event_date
