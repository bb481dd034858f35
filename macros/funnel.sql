{% macro funnel_by(period, date_column) -%}
with days as (
    select * from {{ ref('fct_steps_daily') }}
),

steps as (
    select
        funnel,
        event_type as step,
        step_number
    from {{ ref('event_types') }}
    where funnel != 'none'
),

days_in_periods as (
    select
        *,
        cast(date_trunc('{{ period }}', event_date) as date) as first_date
    from days
    where event_type in (select step from steps)
),

-- A session counts on its first day in the period: the day before that one is null or lies before the period.
counts as (
    select
        event_type,
        sum(events) as events,
        sum(sessions) filter (where coalesce(previous_date < first_date, true)) as sessions,
        first_date
    from days_in_periods
    group by first_date, event_type
),

periods as (
    select distinct first_date
    from counts
),

every_step as (
    select
        steps.*,
        cast(coalesce(counts.events, 0) as bigint) as events,
        cast(coalesce(counts.sessions, 0) as bigint) as sessions,
        periods.first_date
    from periods
    cross join steps
    left join counts
        on
            periods.first_date = counts.first_date
            and steps.step = counts.event_type
)

select
    funnel,
    step,
    step_number,
    events,
    sessions,
    case when step_number > 1 then {{ percentage('events', 'lag(events) over period_steps') }} end
        as event_conversion_rate,
    case when step_number > 1 then {{ percentage('sessions', 'lag(sessions) over period_steps') }} end
        as session_conversion_rate,
    first_date as {{ date_column }}
from every_step
window period_steps as (partition by first_date, funnel order by step_number)
{%- endmacro %}
