with events as (
    select *
    from {{ ref('int_events') }}
    where has_unreadable_price or has_unreadable_quantity or has_unreadable_metadata or has_unreadable_text
),

defects as (
    {% for field in ('price', 'quantity', 'metadata', 'text') %}
        select
            event_type,
            'unreadable_{{ field }}' as defect,
            event_date
        from events
        where has_unreadable_{{ field }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    event_type,
    defect,
    count(*) as events,
    event_date
from defects
group by event_date, event_type, defect
