with names as (
    select
        *,
        lag(product_name) over (partition by product_slug order by named_at) as previous_name
    from {{ ref('int_product_names_by_date') }}
)

select
    product_slug,
    product_name,
    named_at
from names
where product_name is distinct from previous_name
