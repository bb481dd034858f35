-- By a limit and not by `max` and `min`, which would read every event: 4 ms instead of 46 ms at 10 million (in
-- "response not cached" of `make bench`), because events lie in the order of time.
select
    (
        select occurred_at
        from fct_events
        where occurred_at <= $now
        order by occurred_at desc
        limit 1
    ) as newest_event_at,
    (
        select occurred_at
        from fct_events
        where occurred_at > $now
        order by occurred_at asc
        limit 1
    ) as next_event_at
