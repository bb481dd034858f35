with purchases as (
    select * from {{ ref('int_purchases') }}
),

days as (
    select
        count(*) as purchases,
        cast(sum(units) as bigint) as units,
        sum(revenue) as revenue,
        count(*) filter (where previous_purchase_date is distinct from purchase_date) as buyers,
        count(*) filter (where purchase_number = 1) as new_buyers,
        purchase_date as event_date
    from purchases
    group by purchase_date
)

select
    purchases,
    units,
    revenue,
    -- In hundredths of a peso, so that a half is rounded up exactly.
    cast(
        {{ whole_quotient('cast(revenue * 10000 as decimal(38, 0)) + 50 * purchases', '100 * purchases') }} * 0.01
        as decimal(38, 2)
    ) as average_order_value,
    buyers,
    new_buyers,
    event_date
from days
