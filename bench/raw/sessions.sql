with entered as (
    select
        session_id,
        coalesce(arg_min({'source': source}, created_at).source, 'direct') as source
    from raw_events
    where created_at between $starts_at and $ends_at
    group by session_id
),

sources as (
    select
        source,
        count(*) as sessions
    from entered
    group by source
),

clicked as (
    select
        session_id,
        max(created_at) as clicked_at
    from raw_events
    where created_at between $starts_at and $ends_at and event_type = 'whatsapp_cart_click'
    group by session_id
    order by clicked_at desc, session_id desc
    limit 10
)

select
    (
        select list({'source': source, 'sessions': sessions} order by sessions desc, source) from sources
    ) as traffic_sources,
    (select list(session_id order by clicked_at desc, session_id desc) from clicked) as whatsapp_sessions_list
