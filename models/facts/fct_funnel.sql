with days as (
    select * from {{ ref('fct_steps_daily') }}
),

steps as (
    select
        funnel_steps.funnel,
        funnel_steps.step,
        funnel_steps.step_number
    from (
        values
        ('shopping', 'product_view', 1),
        ('shopping', 'add_to_cart', 2),
        ('shopping', 'begin_checkout', 3),
        ('shopping', 'purchase', 4),
        ('payment', 'checkout_started', 1),
        ('payment', 'payment_info_entered', 2),
        ('payment', 'order_completed', 3)
    ) as funnel_steps (funnel, step, step_number)
),

periods as (
    select period_names.period
    from (values ('day'), ('week'), ('month')) as period_names (period)
),

days_in_periods as (
    select
        days.*,
        periods.period,
        cast(date_trunc(periods.period, days.event_date) as date) as first_date
    from days
    cross join periods
    where days.event_type in (select step from steps)
),

-- A session counts on the first of its days in the period, which the day before that one tells.
counts as (
    select
        period,
        event_type,
        sum(events) as events,
        sum(sessions) filter (where coalesce(previous_date < first_date, true)) as sessions,
        first_date
    from days_in_periods
    group by period, first_date, event_type
),

counted_periods as (
    select distinct
        period,
        first_date
    from counts
),

every_step as (
    select
        counted_periods.period,
        steps.*,
        counted_periods.first_date
    from counted_periods
    cross join steps
),

filled as (
    select
        every_step.*,
        cast(coalesce(counts.events, 0) as bigint) as events,
        cast(coalesce(counts.sessions, 0) as bigint) as sessions
    from every_step
    left join counts
        on
            every_step.period = counts.period
            and every_step.first_date = counts.first_date
            and every_step.step = counts.event_type
)

select
    period,
    funnel,
    step,
    step_number,
    events,
    sessions,
    case when step_number > 1 then {{ percentage('events', 'lag(events) over period_steps') }} end
        as event_conversion_rate,
    case when step_number > 1 then {{ percentage('sessions', 'lag(sessions) over period_steps') }} end
        as session_conversion_rate,
    first_date
from filled
window period_steps as (partition by period, first_date, funnel order by step_number)
