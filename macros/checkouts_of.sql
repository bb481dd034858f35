{#- serve/snapshot.py reads this file too, for windows that begin or end within a day. -#}
{% macro checkouts_of(events) -%}
(
    select
        buyer_number,
        min_by(source, (occurred_at, source)) filter (where event_type = 'begin_checkout') as source,
        min(event_type) filter (where is_error and place_from_last = 1) as last_error_type,
        sum(value) filter (where event_type = 'begin_checkout' and place_from_last_of_product = 1) as value,
        count(*) filter (where event_type = 'purchase') = 0 as is_without_purchase,
        event_date
    from (
        select
            *,
            row_number() over (
                partition by event_date, buyer_number, event_type, product_slug order by occurred_at desc, value desc
            ) as place_from_last_of_product,
            row_number() over (
                partition by event_date, buyer_number, is_error order by occurred_at desc, event_type asc
            ) as place_from_last
        from (
            select
                *,
                event_type not in ('begin_checkout', 'purchase') as is_error
            from {{ events }}
        ) as checkout_events
    ) as numbered_events
    group by event_date, buyer_number
    having count(*) filter (where event_type = 'begin_checkout') > 0
)
{%- endmacro %}
