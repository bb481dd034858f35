{{ config(materialized='incremental', unique_key='order_key') }}

{%- set microsecond -%}
    {{ microseconds_between("cast('1970-01-01' as timestamp)", 'occurred_at') }}
{%- endset %}

with changed_orders as (
    select * from {{ ref('int_changed_orders') }}
),

orders as (
    select
        *,
        ordered_at as occurred_at
    from {{ ref('int_orders') }}
    {% if is_incremental() %}
        where order_key in (select order_key from changed_orders)
    {% endif %}
),

visits as (
    select * from {{ ref('int_activity') }}
    where is_first_of_visit and person_id in (select person_id from orders)
),

numbered_visits as (
    select
        *,
        {{ microsecond }} as microsecond,
        row_number() over person_visits as visit_number,
        case when source = lag(source) over person_visits then 0 else 1 end as new_steps
    from visits
    window person_visits as (partition by person_id order by occurred_at, session_id, source)
),

-- In a path, a source from which a person comes several times in a row is one step.
touches as (
    select
        *,
        sum(new_steps) over (partition by person_id order by visit_number) as step_number
    from numbered_visits
),

touches_and_orders as (
    select
        person_id,
        microsecond,
        1 as touches,
        cast(null as string) as order_key
    from touches
    union all
    select
        person_id,
        {{ microsecond }} as microsecond,
        0 as touches,
        order_key
    from orders
),

-- The touches of an order follow each other among all of its person.
counted as (
    select
        order_key,
        cast(sum(touches) over until_then as bigint) as last_visit_number,
        cast(coalesce(sum(touches) over until_30_days_before, 0) as bigint) as visits_before
    from touches_and_orders
    window
        until_then as (
            partition by person_id order by microsecond range between unbounded preceding and current row
        ),
        until_30_days_before as (
            partition by person_id
            order by microsecond
            range between unbounded preceding and {{ 30 * 24 * 3600 * 1000000 }} preceding
        )
),

-- Who comes more than a thousand times in 30 days is no person; of them the newest count.
ranges as (
    select
        order_key,
        last_visit_number,
        greatest(visits_before, last_visit_number - 1000) + 1 as first_visit_number
    from counted
    where order_key is not null
),

-- An order without a touch has one, with which nothing is joined.
numbers as (
    select
        order_key,
        first_visit_number,
        greatest(last_visit_number - first_visit_number + 1, 1) as touches,
        {{ whole_numbers('first_visit_number', 'greatest(first_visit_number, last_visit_number)') }} as visit_number
    from ranges
),

joined as (
    select
        orders.order_key,
        orders.order_date,
        orders.ordered_at,
        orders.net_revenue,
        orders.previous_ordered_at is null as is_first_order,
        numbers.touches,
        numbers.visit_number - numbers.first_visit_number + 1 as touch_number,
        touches.session_id,
        touches.occurred_at as touched_at,
        {{ microseconds_between('touches.occurred_at', 'orders.ordered_at') }} as microseconds_before,
        coalesce(touches.source, 'direct') as source,
        coalesce(touches.medium, '(none)') as medium,
        coalesce(touches.campaign, '(none)') as campaign,
        touches.new_steps,
        touches.step_number,
        cast(
            -- Half as much for each 7 days.
            pow(
                cast(2 as double),
                cast({{ microseconds_between('orders.ordered_at', 'touches.occurred_at') }} as double) / 604800000000
            )
            as decimal(18, 12)
        ) as time_weight
    from numbers
    inner join orders on numbers.order_key = orders.order_key
    left join touches
        on
            orders.person_id = touches.person_id
            and numbers.visit_number = touches.visit_number
            and orders.ordered_at >= touches.occurred_at
),

weighted as (
    select
        *,
        max(case when source != 'direct' then touch_number end) over order_touches as last_non_direct,
        max(step_number) over order_touches as last_step_number,
        cast(time_weight as double) / cast(sum(time_weight) over order_touches as double) as time_share
    from joined
    window order_touches as (partition by order_key)
),

paths as (
    select
        order_key,
        case when max(last_step_number) - min(step_number) >= 10 then '… > ' else '' end
        || {{ texts_in_order(
            'case when (touch_number = 1 or new_steps = 1) and coalesce(last_step_number - step_number < 10, true) then source end',
            ' > ',
            'touch_number'
        ) }} as path
    from weighted
    group by order_key
),

rounded as (
    select
        *,
        case when touch_number = 1 then 1 else 0 end as first_share,
        case when touch_number = touches then 1 else 0 end as last_share,
        case when touch_number = coalesce(last_non_direct, touches) then 1 else 0 end as last_non_direct_share,
        cast(1 / cast(touches as double) as decimal(16, 12)) as linear_part,
        case
            when touches <= 2 then cast(1 / cast(touches as double) as decimal(16, 12))
            when touch_number in (1, touches) then cast(0.4 as decimal(16, 12))
            else cast(0.2 / cast(touches - 2 as double) as decimal(16, 12))
        end as position_part,
        cast(coalesce(time_share, 1) as decimal(16, 12)) as time_decay_part
    from weighted
),

-- The last touch takes what rounding leaves, so that the shares of an order are 1 together.
shared as (
    select
        *,
    {% for model in ('linear', 'position', 'time_decay') %}
        case
            when touch_number = touches then 1 + {{ model }}_part - sum({{ model }}_part) over order_touches
            else {{ model }}_part
        end as {{ model }}_share{{ ',' if not loop.last }}
    {% endfor %}
    from rounded
    window order_touches as (partition by order_key)
)

select
    shares.order_key,
    shares.order_date,
    shares.ordered_at,
    cast(shares.touch_number as bigint) as touch_number,
    cast(shares.touches as bigint) as touches,
    shares.session_id,
    shares.touched_at,
    -- Rounded in whole numbers, because doubles round a half either way.
    cast(
        {{ whole_quotient('microseconds_before * 20000 + 86400000000', '172800000000') }} * 0.0001 as decimal(18, 4)
    ) as days_before,
    shares.source,
    shares.medium,
    shares.campaign,
    paths.path,
    shares.is_first_order,
{% for model in attribution_models().split(',') %}
    cast(shares.{{ model }}_share as decimal(16, 12)) as {{ model }}_share,
    cast(shares.{{ model }}_revenue as decimal(38, 4)) as {{ model }}_revenue{{ ',' if not loop.last }}
{% endfor %}
from {{ with_shared_revenue('shared') }} as shares
inner join paths on shares.order_key = paths.order_key
-- Physical, as in `int_events`.
order by shares.ordered_at
