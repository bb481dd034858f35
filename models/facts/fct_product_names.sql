{{ config(materialized='touched', unique_key='product_slug', pre_hook="{{ note_renamed_products() }}") }}
-- depends_on: {{ ref('stg_touched_events') }}

with names as (
    select
        *,
        lag(product_name) over (partition by product_slug order by named_at) as previous_name
    from {{ ref('fct_product_names_daily') }}
    where {{ is_made_anew('product_slug', ref('fct_product_names_daily')) }}
)

select
    product_slug,
    product_name,
    named_at
from names
where product_name is distinct from previous_name
