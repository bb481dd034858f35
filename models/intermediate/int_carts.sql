{{ config(materialized='incremental', unique_key='person_id') }}

with changed_persons as (
    select * from {{ ref('int_changed_persons') }}
),

ranked as (
    select
        *,
        case cart_role
            when 'opens' then 0
            when 'bought' then 2
            when 'sold_over_whatsapp' then 3
            when 'emptied' then 4
            else 1
        end as place_in_instant
    from {{ ref('int_activity') }}
    {% if is_incremental() %}
        where person_id in (select person_id from changed_persons)
    {% endif %}
),

-- Of events of one instant, those that open or change a cart come first. The rest of the order is there so that the
-- order of files changes nothing.
numbered as (
    select
        *,
        place_in_instant >= 2 as is_closing,
        cart_role in ('bought', 'sold_over_whatsapp') as is_sale,
        row_number() over (
            partition by person_id
            order by
                occurred_at,
                place_in_instant,
                cart_total nulls first,
                session_id,
                source,
                event_type,
                not is_first_of_visit,
                cart_change nulls first
        ) as event_number
    from ranked
),

paused as (
    select
        *,
        max(run_ended_at) over earlier_events as active_until_before,
        sum(case when is_closing then 1 else 0 end) over earlier_events as closings_before,
        min(case when is_sale then occurred_at end) over later_events as next_sale_at,
    {% for column in ('source', 'medium', 'campaign') %}
        {{ last_known('case when is_first_of_visit then ' ~ column ~ ' end') }} over events_so_far
            as touch_{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from numbered
    window
        later_events as (
            partition by person_id order by event_number rows between current row and unbounded following
        ),
        earlier_events as (
            partition by person_id order by event_number rows between unbounded preceding and 1 preceding
        ),
        events_so_far as (
            partition by person_id order by event_number rows between unbounded preceding and current row
        )
),

-- What a cart's events are among begins anew after each closing and each pause that abandons a cart.
divided as (
    select
        *,
        coalesce(closings_before, 0) + sum(
            case
                when
                    occurred_at > active_until_before
                    + interval {{ var('hours_until_a_cart_is_abandoned') }} hours
                    then 1
                else 0
            end
        ) over (partition by person_id order by event_number) as part_number
    from paused
),

opened as (
    select
        *,
        min(case when cart_role = 'opens' then event_number end) over (
            partition by person_id, part_number
        ) as opening_number
    from divided
),

states as (
    select
        person_id,
        buyer_id,
        first_value(session_id) over cart_events as first_session_id,
        first_value(source) over cart_events as source,
        first_value(touch_source) over cart_events as touch_source,
        first_value(touch_medium) over cart_events as touch_medium,
        first_value(touch_campaign) over cart_events as touch_campaign,
        first_value(event_date) over cart_events as opened_date,
        first_value(occurred_at) over cart_events as opened_at,
        case when is_closing then cart_role else 'unfinished' end as outcome,
        {{ last_known('case when not is_closing then cart_total end') }} over cart_events as newest_total,
        sum(cart_change) over cart_events as changes,
        max(cart_step) over cart_events as furthest_step,
        {{ last_known('error_type') }} over cart_events as last_error_type,
        1 + sum(
            case
                when event_number > opening_number and occurred_at > active_until_before + interval 30 minutes then 1
                else 0
            end
        ) over cart_events as visits,
        max(
            case
                when
                    event_number > opening_number
                    and occurred_at > active_until_before + interval {{ var('hours_until_a_cart_is_recovered') }} hours
                    then 1
                else 0
            end
        ) over cart_events as long_pauses,
        -- A run in another browser may have begun before the cart.
        greatest(coalesce(active_until_before, run_ended_at), run_ended_at) as active_until,
        occurred_at,
        lead(occurred_at) over (partition by person_id, part_number order by event_number) as next_at,
        case
            when
                event_type = 'begin_checkout'
                and next_sale_at <= occurred_at + interval {{ var('hours_until_a_cart_is_abandoned') }} hours
                then next_sale_at
        end as finished_at
    from opened
    where event_number >= opening_number
    window
        cart_events as (
            partition by person_id, part_number order by event_number rows between unbounded preceding and current row
        )
),

dated as (
    select
        *,
        case
            when outcome = 'unfinished'
                then active_until + interval {{ var('hours_until_a_cart_is_abandoned') }} hours
        end as abandoned_at
    from states
)

select
    person_id,
    buyer_id,
    first_session_id,
    source,
    coalesce(touch_source, 'direct') as touch_source,
    coalesce(touch_medium, '(none)') as touch_medium,
    coalesce(touch_campaign, '(none)') as touch_campaign,
    outcome,
    cast(greatest(coalesce(newest_total, changes, 0), 0) as decimal(38, 4)) as value,
    furthest_step,
    last_error_type,
    cast(visits as bigint) as visits,
    outcome in ('bought', 'sold_over_whatsapp') and long_pauses > 0 as is_recovered,
    opened_date,
    opened_at,
    occurred_at,
    next_at,
    finished_at,
    case when outcome = 'unfinished' then active_until else occurred_at end as active_until,
    abandoned_at,
    {{ store_date('abandoned_at') }} as abandoned_date
from dated
-- Physical, as in `int_events`.
order by opened_at
