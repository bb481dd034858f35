{{ config(materialized='kept') }}

-- All are touched at first.
select
    cast(null as string) as session_id,
    cast(null as string) as buyer_id,
    cast(null as string) as product_slug,
    cast(null as {{ hash_type() }}) as event_key,
    cast(null as boolean) as is_renamed,
    cast(null as date) as event_date
