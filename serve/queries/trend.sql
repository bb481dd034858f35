-- Whole days are those of the marts; what the window has of its first and last day is worked out as in
-- `money_at_risk`.
with buyers as (
    select
        event_date,
        bool_or(event_type = 'begin_checkout') as has_begun,
        bool_or(event_type = 'purchase') as has_bought
    from api_attempts
    where event_date in ($first_date, $last_date) and occurred_at between $starts_at and $ends_at
    group by event_date, buyer_number
)

select
    event_date,
    count(*) as checkouts,
    count(*) filter (where not has_bought) as abandoned_checkouts
from buyers
where has_begun
group by event_date
union all
select
    event_date,
    cast(sum(checkouts) as bigint) as checkouts,
    cast(sum(abandoned_checkouts) as bigint) as abandoned_checkouts
from mart_checkouts
where event_date > $first_date and event_date < $last_date
group by event_date
