-- As `fct_carts`.
{{ config(unique_key='first_session_number') }}

with starts as (
    select * from {{ ref('int_funnel_starts') }}
)

select
    first_session_number,
    person_number,
    source,
    is_among_all,
    is_among_source,
    occurred_at,
    previous_start_before,
    has_previous_chain,
    product_view_after,
    add_to_cart_after,
    begin_checkout_after,
    purchase_after,
    product_view_value_whole,
    product_view_value_ten_thousandths,
    add_to_cart_value,
    begin_checkout_value
from starts
