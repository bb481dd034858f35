-- A day begins at the first quarter of an hour that the store's calendar gives to it: that stays right where
-- clocks change at midnight, so that the day has no 00:00 or has two. This is worked out here and not in
-- Python, so that the API and the marts share one time zone database.
with quarters as (
    select
        store_timezone,
        unnest(generate_series(
            cast($day as timestamp) - interval 15 hours,
            cast($day as timestamp) + interval 39 hours,
            interval 15 minutes
        )) as quarter
    from published_build
)

select min(quarter) as begins_at
from quarters
where cast(timezone(store_timezone, timezone('UTC', quarter)) as date) >= $day
