-- Those with neither in the window before, less those with a purchase, are who only checked out.
select
    count(*) filter (
        where event_type = 'begin_checkout' and coalesce(previous_of_type_at < $starts_at, true)
    ) as checkout_buyers,
    count(*) filter (where coalesce(previous_at < $starts_at, true))
    - count(*) filter (
        where event_type = 'purchase' and coalesce(previous_of_type_at < $starts_at, true)
    ) as abandoning_buyers
from mart_abandonment
where occurred_at between $starts_at and $ends_at
