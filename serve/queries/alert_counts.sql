-- What the rules with thresholds ask for, but for products.
with last_day as (
    select
        session_id,
        event_type,
        occurred_at
    from fct_events
    where occurred_at between $now - interval 24 hours and $now
),

checkout_steps as (
    select *
    from api_checkout_steps
    where occurred_at between $now - interval 24 hours and $now
),

-- As in `buyers`.
buyers as (
    select
        count(*) filter (
            where event_type = 'begin_checkout' and coalesce(previous_of_type_at < $now - interval 24 hours, true)
        ) as checkout_buyers,
        count(*) filter (where coalesce(previous_at < $now - interval 24 hours, true))
        - count(*) filter (
            where event_type = 'purchase' and coalesce(previous_of_type_at < $now - interval 24 hours, true)
        ) as abandoning_buyers
    from checkout_steps
),

sessions as (
    select
        session_id,
        count(*) > $session_events and count(*) filter (where event_type = 'purchase') = 0 as is_stuck,
        count(*) filter (
            where event_type = 'add_to_cart' and occurred_at >= $now - interval 6 hours
        ) > 0
        and count(*) filter (
            where event_type = 'begin_checkout' and occurred_at >= $now - interval 6 hours
        ) = 0 as has_abandoned_cart,
        count(*) filter (
            where event_type = 'payment_error' and occurred_at >= $now - interval 1 hour
        ) as payment_errors
    from last_day
    group by session_id
),

totals as (
    select
        count(*) filter (where is_stuck) as stuck_sessions,
        count(*) filter (where has_abandoned_cart) as abandoned_carts,
        cast(coalesce(sum(payment_errors), 0) as bigint) as payment_errors
    from sessions
)

select
    buyers.checkout_buyers,
    buyers.abandoning_buyers,
    totals.payment_errors,
    totals.abandoned_carts,
    totals.stuck_sessions
from buyers
cross join totals
