-- A person counts once: with the page view from which most steps follow in time, of several with the earliest. Times
-- are microseconds since the page view.
with starts as (
    select
        *,
        epoch_us(occurred_at) as started_at,
        least(86400000000 * $within_days, epoch_us($now) - epoch_us(occurred_at)) as longest
    from api_funnel_starts
    where
        occurred_at between $starts_at and $ends_at
        and case when $source is null then is_among_all else is_among_source and source = $source end
),

chains as (
    select
        *,
        case
            when purchase_after <= longest then 5
            when begin_checkout_after <= longest then 4
            when add_to_cart_after <= longest then 3
            else 2
        end as steps,
        case steps
            when 2 then product_view_after
            when 3 then add_to_cart_after
            when 4 then begin_checkout_after
            else purchase_after
        end as last_step_after
    from starts
    where product_view_after <= longest
),

-- Where the same steps follow the page view before, and it reaches as many of them, this one cannot be it.
ranked as (
    select
        *,
        steps * 1000000000000000000 - started_at as place
    from chains
    where
        not has_previous_chain
        or started_at - previous_start_before < epoch_us($starts_at)
        or last_step_after + previous_start_before > 86400000000 * $within_days
),

best_places as (
    select
        person_number,
        max(place) as place
    from ranked
    group by person_number
),

persons as materialized (
    select
        steps,
        product_view_after // 1000000 as product_view_seconds,
        (add_to_cart_after - product_view_after) // 1000000 as add_to_cart_seconds,
        (begin_checkout_after - add_to_cart_after) // 1000000 as begin_checkout_seconds,
        (purchase_after - begin_checkout_after) // 1000000 as purchase_seconds,
        case when steps = 2 then product_view_value_whole end as whole_value_of_product_view,
        case when steps = 2 then product_view_value_ten_thousandths end as ten_thousandths_of_product_view,
        case steps when 3 then add_to_cart_value when 4 then begin_checkout_value end as value_of_last_step
    from ranked
    inner join best_places on ranked.person_number = best_places.person_number and ranked.place = best_places.place
)

select
    'product_view' as step,
    count(*) as persons,
    quantile_cont(product_view_seconds, [0.5, 0.9]) as median_and_p90_seconds,
    -- What a page view is worth is not known.
    0 as value_lost
from persons
union all
select
    'add_to_cart' as step,
    count(*) filter (where steps > 2) as persons,
    quantile_cont(add_to_cart_seconds, [0.5, 0.9]) filter (where steps > 2) as median_and_p90_seconds,
    coalesce(sum(whole_value_of_product_view) + sum(ten_thousandths_of_product_view) * 0.0001, 0) as value_lost
from persons
union all
select
    'begin_checkout' as step,
    count(*) filter (where steps > 3) as persons,
    quantile_cont(begin_checkout_seconds, [0.5, 0.9]) filter (where steps > 3) as median_and_p90_seconds,
    coalesce(sum(value_of_last_step) filter (where steps = 3), 0) as value_lost
from persons
union all
select
    'purchase' as step,
    count(*) filter (where steps > 4) as persons,
    quantile_cont(purchase_seconds, [0.5, 0.9]) filter (where steps > 4) as median_and_p90_seconds,
    coalesce(sum(value_of_last_step) filter (where steps = 4), 0) as value_lost
from persons
