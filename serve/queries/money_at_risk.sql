-- Whole days are those of the marts; what the window has of its first and last day is worked out as
-- `fct_checkouts` does it.
with attempts as (
    select *
    from api_attempts
    where event_date in ($first_date, $last_date) and occurred_at between $starts_at and $ends_at
),

begun as (
    select
        *,
        row_number() over (
            partition by event_date, buyer_number, product_slug order by occurred_at desc, value desc
        ) as place_from_last_of_product
    from attempts
    where event_type = 'begin_checkout'
),

checkouts as (
    select
        event_date,
        buyer_number,
        arg_min(source, (occurred_at, source)) as source,
        sum(value) filter (where place_from_last_of_product = 1) as value
    from begun
    group by event_date, buyer_number
),

outcomes as (
    select
        event_date,
        buyer_number,
        bool_or(event_type = 'purchase') as has_purchase,
        arg_min(event_type, (-epoch_us(occurred_at), event_type)) filter (
            where event_type not in ('begin_checkout', 'purchase')
        ) as last_error_type
    from attempts
    group by event_date, buyer_number
),

counted as (
    select
        checkouts.source,
        outcomes.last_error_type as error_type,
        count(*) as checkouts,
        count(*) filter (where not outcomes.has_purchase) as abandoned_checkouts,
        sum(checkouts.value) filter (where not outcomes.has_purchase) as abandoned_value
    from checkouts
    inner join outcomes
        on
            checkouts.event_date = outcomes.event_date
            and checkouts.buyer_number = outcomes.buyer_number
    group by checkouts.source, outcomes.last_error_type
),

by_kind as (
    select
        'source' as kind,
        source as name,
        checkouts,
        abandoned_checkouts,
        abandoned_value
    from counted
    union all
    select
        'source' as kind,
        source as name,
        checkouts,
        abandoned_checkouts,
        abandoned_value
    from mart_checkouts
    where event_date > $first_date and event_date < $last_date
    union all
    select
        'error' as kind,
        error_type as name,
        0 as checkouts,
        abandoned_checkouts,
        abandoned_value
    from counted
    where error_type is not null
    union all
    select
        'error' as kind,
        error_type as name,
        0 as checkouts,
        abandoned_checkouts,
        abandoned_value
    from mart_errors
    where event_date > $first_date and event_date < $last_date
),

totals as (
    select
        kind,
        name,
        sum(checkouts) as checkouts,
        sum(abandoned_checkouts) as abandoned_checkouts,
        coalesce(sum(abandoned_value), 0) as abandoned_value
    from by_kind
    group by kind, name
),

-- As in `traffic`.
ranked as (
    select
        *,
        count(*) over (partition by kind) > $most_sources
        and row_number() over (
            partition by kind order by name = 'other', abandoned_value desc, name asc
        ) >= $most_sources as is_rest
    from totals
),

named as (
    select
        * exclude (name),
        case when is_rest then 'other' else name end as name
    from ranked
)

select
    kind,
    name,
    cast(sum(checkouts) as bigint) as checkouts,
    cast(sum(abandoned_checkouts) as bigint) as abandoned_checkouts,
    sum(abandoned_value) as abandoned_value
from named
group by kind, is_rest, name
order by is_rest asc, abandoned_value desc, name asc
