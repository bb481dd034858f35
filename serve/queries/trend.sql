-- Whole days are those of the marts; what the window has of its first and last day is worked out by the same rule.
with checkout_events as (
    select *
    from api_checkout_events
    where event_date in ($first_date, $last_date) and occurred_at between $starts_at and $ends_at
),

checkouts as (
    select *
    from {{ checkouts_of('checkout_events') }}
)

select
    event_date,
    count(*) as checkouts,
    count(*) filter (where is_without_purchase) as checkouts_without_purchase
from checkouts
group by event_date
union all
select
    event_date,
    cast(sum(checkouts) as bigint) as checkouts,
    cast(sum(checkouts_without_purchase) as bigint) as checkouts_without_purchase
from mart_checkouts
where event_date > $first_date and event_date < $last_date
group by event_date
