-- Only what has happened counts: of each cart, the state that holds now.
with counted as (
    select
        furthest_step,
        source,
        last_error_type,
        case
            when outcome != 'unfinished' then outcome
            when abandoned_at <= $now then 'abandoned'
            else 'open'
        end as state,
        count(*) as carts,
        sum(value) as value,
        count(*) filter (where is_recovered) as recovered
    from api_cart_states
    where
        opened_at between $starts_at and $ends_at
        and occurred_at <= $now
        and (next_at is null or next_at > $now)
    group by all
),

-- As in `traffic`.
ranked_sources as (
    select
        source,
        row_number() over (order by source = 'other', sum(carts) desc, source asc) as place,
        count(*) over () > $most_sources and place >= $most_sources as is_rest
    from counted
    group by source
),

-- Whenever they were opened.
silent_carts as (
    select *
    from api_cart_states
    where
        abandoned_at > $now
        and active_until < $now - interval 1 hour
        and occurred_at <= $now
        and (next_at is null or next_at > $now)
    order by value desc, opened_at asc, first_session_id asc
    limit 20
),

rows_of_kinds as (
    select
        'step' as kind,
        furthest_step as name,
        state,
        sum(carts) as carts,
        sum(value) as value,
        sum(recovered) as recovered
    from counted
    group by furthest_step, state
    union all by name
    select
        'source' as kind,
        case when is_rest then 'other' else counted.source end as name,
        min(case when is_rest then $most_sources else place end) as place,
        state,
        sum(carts) as carts,
        sum(value) as value
    from counted
    inner join ranked_sources on counted.source = ranked_sources.source
    group by name, state
    union all by name
    select
        'error' as kind,
        last_error_type as name,
        -sum(sum(carts)) over (partition by last_error_type) as place,
        state,
        sum(carts) as carts,
        sum(value) as value
    from counted
    where last_error_type is not null
    group by last_error_type, state
    union all by name
    select
        'silent cart' as kind,
        first_session_id as name,
        row_number() over (order by value desc, opened_at asc, first_session_id asc) as place,
        'open' as state,
        1 as carts,
        value,
        furthest_step,
        opened_at,
        active_until as silent_since
    from silent_carts
)

select
    kind,
    name,
    state,
    cast(carts as bigint) as carts,
    value,
    cast(coalesce(recovered, 0) as bigint) as recovered,
    furthest_step,
    opened_at,
    silent_since
from rows_of_kinds
order by kind asc, place asc, name asc
