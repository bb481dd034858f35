select
    product_slug,
    event_type,
    cast(sum(events) as bigint) as events,
    cast(coalesce(sum(sessions) filter (where coalesce(previous_date < $first_date, true)), 0) as bigint) as sessions,
    cast(sum(units) as bigint) as units
from fct_product_steps_daily
where event_date between $first_date and $last_date
group by product_slug, event_type
