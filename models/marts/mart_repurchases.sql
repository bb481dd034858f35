with purchases as (
    select * from {{ ref('int_purchases') }}
)

select
    {{ days_between('previous_purchase_date', 'purchase_date') }} as days_since_previous,
    count(*) as purchases,
    sum(revenue) as revenue,
    purchase_date as event_date
from purchases
where purchase_number > 1
group by all
