-- The window asked for, in UTC instants and in the store's days. The days are worked out here and
-- not in Python, so that the API and the marts share one time zone database.
with days as (
    select
        store_timezone,
        cast($start_date as date) as start_date,
        cast($end_date as date) + 1 as day_after,
        cast($now as timestamp) as now
    from published_build
),

-- A day begins at the first quarter of an hour that the store's calendar gives to it: that stays
-- right where clocks change at midnight, so that the day has no 00:00 or has two.
asked_days as (
    select
        store_timezone,
        unnest([start_date, day_after]) as day
    from days
),

quarters as (
    select
        store_timezone,
        day,
        unnest(generate_series(
            cast(day as timestamp) - interval 15 hours,
            cast(day as timestamp) + interval 39 hours,
            interval 15 minutes
        )) as quarter
    from asked_days
),

midnights as (
    select
        day,
        min(quarter) as begins_at
    from quarters
    where cast(timezone(store_timezone, timezone('UTC', quarter)) as date) >= day
    group by day
),

bounds as (
    select
        days.store_timezone,
        days.now,
        first_midnight.begins_at as asked_start,
        least(coalesce(next_midnight.begins_at, days.now), days.now) as end_instant,
        coalesce(next_midnight.begins_at <= days.now, false) as is_whole_last_day
    from days
    left join midnights as first_midnight on days.start_date = first_midnight.day
    left join midnights as next_midnight on days.day_after = next_midnight.day
),

instants as (
    select
        store_timezone,
        now,
        coalesce(asked_start, end_instant - interval 168 hours) as starts_at,
        case when is_whole_last_day then end_instant - interval 1 microsecond else end_instant end as ends_at,
        end_instant - interval 2160 hours as retention_starts_at
    from bounds
)

select
    now,
    starts_at,
    ends_at,
    retention_starts_at,
    cast(timezone(store_timezone, timezone('UTC', now)) as date) as today,
    cast(timezone(store_timezone, timezone('UTC', starts_at)) as date) as first_date,
    cast(timezone(store_timezone, timezone('UTC', ends_at)) as date) as last_date
from instants
