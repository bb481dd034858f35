-- A person counts with the first of their orders in the window.
select
    cast(count(*) filter (where previous_ordered_at is null) as bigint) as new_buyers,
    cast(count(previous_ordered_at) as bigint) as returning_buyers
from fct_orders
where ordered_at between $starts_at and $ends_at and coalesce(previous_ordered_at < $starts_at, true)
