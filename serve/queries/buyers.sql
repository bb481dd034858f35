-- Of the buyers in the window, who has neither a checkout nor a purchase before in it, less who has no purchase
-- before in it, is who only checked out.
with checkouts as (
    select
        sum(events) filter (
            where event_type = 'begin_checkout' and coalesce(previous_of_type_at < $starts_at, true)
        ) as checkout_buyers,
        sum(events) filter (where coalesce(previous_at < $starts_at, true)) as all_buyers,
        sum(events) filter (
            where event_type = 'purchase' and coalesce(previous_of_type_at < $starts_at, true)
        ) as purchase_buyers
    from days_checkouts
    where coalesce(occurred_at between $starts_at and $ends_at, true)
),

purchases as (
    select
        sum(events) filter (where coalesce(previous_purchase_at < $retention_starts_at, true)) as buyers,
        sum(events) filter (
            where previous_purchase_at >= $retention_starts_at
            and coalesce(second_previous_purchase_at < $retention_starts_at, true)
        ) as recurrent_buyers
    from days_purchases
    where coalesce(purchased_at between $retention_starts_at and $ends_at, true)
)

select
    cast(coalesce(checkout_buyers, 0) as bigint) as checkout_buyers,
    cast(coalesce(all_buyers, 0) - coalesce(purchase_buyers, 0) as bigint) as abandoning_buyers,
    cast(coalesce(buyers, 0) as bigint) as buyers,
    cast(coalesce(recurrent_buyers, 0) as bigint) as recurrent_buyers
from checkouts
cross join purchases
