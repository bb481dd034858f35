with purchases as (
    select * from {{ ref('fct_purchases') }}
)

select
    purchase_date,
    purchased_at,
    previous_purchase_at,
    second_previous_purchase_at
from purchases
order by purchased_at
