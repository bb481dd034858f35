with events_daily as (
    select * from {{ ref('fct_events_daily') }}
),

steps as (
    select
        funnel_steps.step,
        funnel_steps.step_number
    from (
        values
        ('product_view', 1),
        ('add_to_cart', 2),
        ('begin_checkout', 3),
        ('checkout_started', 4),
        ('payment_info_entered', 5),
        ('purchase', 6),
        ('order_completed', 7)
    ) as funnel_steps (step, step_number)
)

select
    steps.step,
    steps.step_number,
    events_daily.events,
    events_daily.sessions,
    events_daily.event_date,
    events_daily.previous_date
from events_daily
inner join steps on events_daily.event_type = steps.step
