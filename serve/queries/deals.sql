-- Only what has happened counts: a deal as of now is made of its events up to now.
with events as (
    select
        *,
        row_number() over (
            partition by session_id, deal_number, event_type order by occurred_at desc, amount desc nulls last
        ) as place_from_last
    from api_whatsapp_events
    where
        occurred_at <= $now
        and (deal_started_at between $starts_at and $ends_at or deal_last_at > $now - interval 72 hours)
),

deals as (
    select
        session_id,
        deal_started_at,
        deal_source as source,
        max(occurred_at) filter (where is_newest_click) as clicked_at,
        max(amount) filter (where is_newest_click) as value,
        max(cart_items) filter (where is_newest_click) as cart_items,
        max(bought_at) filter (where is_newest_click and bought_at <= $now) as bought_at,
        max(occurred_at) filter (where is_sale) as sold_at,
        max(amount) filter (where is_sale) as amount
    from (
        select
            *,
            event_type = 'whatsapp_purchase' as is_sale,
            event_type = 'whatsapp_cart_click' and place_from_last = 1 as is_newest_click
        from events
    ) as events
    group by session_id, deal_number, deal_started_at, deal_source
),

judged as (
    select
        session_id,
        deal_started_at,
        deal_started_at between $starts_at and $ends_at as is_in_window,
        source,
        case
            when sold_at is not null then 'won'
            when bought_at is not null then 'won_on_web'
            when clicked_at <= $now - interval 72 hours then 'lost'
            else 'open'
        end as state,
        coalesce(value, 0) as value,
        case when sold_at is not null then coalesce(amount, value, 0) else 0 end as amount,
        cart_items,
        extract('hour' from timezone(store_timezone, timezone('UTC', clicked_at))) as clicked_hour,
        date_sub('second', clicked_at, sold_at) as seconds_to_sale
    from deals
    cross join published_build
),

-- As in `traffic`.
ranked_sources as (
    select
        source,
        row_number() over (order by source = 'other', count(*) desc, source asc) as place,
        count(*) over () > $most_sources and place >= $most_sources as is_rest
    from judged
    where is_in_window
    group by source
),

open_deals as (
    select *
    from judged
    where state = 'open'
    order by deal_started_at asc, session_id asc
    limit 50
),

rows_of_kinds as (
    select
        'source' as kind,
        case when is_rest then 'other' else judged.source end as name,
        min(case when is_rest then $most_sources else place end) as place,
        state,
        count(*) as deals,
        sum(value) as value,
        sum(amount) as amount
    from judged
    inner join ranked_sources on judged.source = ranked_sources.source
    where is_in_window
    group by name, state
    union all by name
    select
        'hour' as kind,
        clicked_hour,
        state,
        count(*) as deals,
        sum(value) as value,
        sum(amount) as amount
    from judged
    where is_in_window and clicked_hour is not null
    group by clicked_hour, state
    union all by name
    select
        'seconds' as kind,
        'won' as state,
        quantile_cont(seconds_to_sale, 0.5) as median_seconds,
        quantile_cont(seconds_to_sale, 0.9) as p90_seconds
    from judged
    where is_in_window
    union all by name
    select
        'open deal' as kind,
        session_id as name,
        deal_started_at as since,
        state,
        1 as deals,
        value,
        amount,
        cart_items
    from open_deals
)

select
    kind,
    name,
    cast(clicked_hour as bigint) as clicked_hour,
    since,
    state,
    cast(coalesce(deals, 0) as bigint) as deals,
    coalesce(value, 0) as value,
    coalesce(amount, 0) as amount,
    cart_items,
    median_seconds,
    p90_seconds
from rows_of_kinds
order by kind asc, place asc, since asc, name asc
