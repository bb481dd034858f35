-- Whole days are those of the marts. Worked out from events by the same rule is what the window has of its first and
-- last day, and each day with a checkout that is finished only after now, as an event of a wrong clock has it.
with dates_of_events as (
    select event_date
    from api_finished_checkouts
    where finished_at > $now
    union all
    select unnest([$first_date, $last_date]) as event_date
),

checkout_events as (
    select *
    from api_checkout_events
    where event_date in (select event_date from dates_of_events) and occurred_at between $starts_at and $ends_at
),

finished as (
    select distinct
        event_date,
        buyer_number
    from api_finished_checkouts
    where
        event_date in (select event_date from dates_of_events)
        and occurred_at between $starts_at and $ends_at
        and finished_at <= $now
),

checkouts as (
    select
        checkouts.*,
        is_without_purchase and finished.buyer_number is null as is_abandoned
    from {{ checkouts_of('checkout_events') }} as checkouts
    left join finished
        on checkouts.event_date = finished.event_date and checkouts.buyer_number = finished.buyer_number
),

counted as (
    select
        source,
        last_error_type as error_type,
        count(*) as checkouts,
        count(*) filter (where is_abandoned) as abandoned_checkouts,
        sum(value) filter (where is_abandoned) as abandoned_value
    from checkouts
    group by source, last_error_type
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
    where
        event_date between $first_date and $last_date
        and event_date not in (select event_date from dates_of_events)
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
    where
        event_date between $first_date and $last_date
        and event_date not in (select event_date from dates_of_events)
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
