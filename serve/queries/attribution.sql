-- Of an order with an event after now, only what has happened counts: its revenue is shared again.
with orders_so_far as (
    select
        order_key,
        gross_revenue - refunded_revenue as net_revenue
    from {{ orders_so_far() }}
),

stored as (
    select touches.* exclude (path)
    from fct_order_touches as touches
    inner join orders_so_far on touches.order_key = orders_so_far.order_key
    where touches.ordered_at between $starts_at and $ends_at
),

shared_again as (
    select
        stored.* exclude (
            first_revenue, last_revenue, last_non_direct_revenue, linear_revenue, position_revenue, time_decay_revenue
        ),
        orders_so_far.net_revenue
    from stored
    inner join orders_so_far on stored.order_key = orders_so_far.order_key
),

-- Whole days are added up already, less the orders of the first and last day that lie outside of the window.
corrections as (
    select
        -1 as sign,
        * exclude (path)
    from fct_order_touches
    where order_date in ($first_date, $last_date) and ordered_at not between $starts_at and $ends_at
    union all by name
    select
        -1 as sign,
        *
    from stored
    union all by name
    select
        1 as sign,
        *
    from {{ with_shared_revenue('shared_again') }}
),

summed as (
    select
        sign,
        source,
        medium,
        campaign,
        is_first_order,
        {{ summed_shares() }}
    from corrections
    group by all
),

contributions as (
    select
        model,
        source,
        medium,
        campaign,
        orders,
        revenue,
        new_buyers
    from mart_attribution
    where event_date between $first_date and $last_date
    union all by name
    select
        model,
        source,
        medium,
        campaign,
        sign * orders as orders,
        sign * revenue as revenue,
        sign * new_buyers as new_buyers
    from {{ in_each_model('summed', 'sign, source, medium, campaign') }}
    union all by name
    select
        source,
        medium,
        campaign,
        visits
    from mart_campaigns
    where event_date between $first_date and $last_date
    union all by name
    select
        source,
        coalesce(medium, '(none)') as medium,
        coalesce(campaign, '(none)') as campaign,
        -1 as visits
    from fct_events
    where
        event_date in ($first_date, $last_date)
        and is_first_of_visit
        and occurred_at not between $starts_at and $ends_at
    union all by name
    select
        source,
        campaign,
        cost
    from fct_ad_spend
    where $by != 'medium' and spend_date between $first_date and $last_date
),

counted as (
    select
        model,
        case $by when 'source' then source when 'medium' then medium else campaign end as name,
        case when $with_campaigns and coalesce(model, $model) = $model then campaign end as campaign,
        sum(visits) as visits,
        sum(orders) as orders,
        sum(revenue) as revenue,
        sum(new_buyers) as new_buyers,
        sum(cost) as cost
    from contributions
    group by all
    having sum(orders) > 0 or sum(visits) > 0 or sum(cost) is not null
),

-- As in `traffic`, by the revenue of the model that is asked for.
ranked as (
    select
        name,
        count(*) over () > $most_sources
        and row_number() over (
            order by
                name = 'other',
                sum(revenue) filter (where model = $model) desc nulls last,
                name asc
        ) >= $most_sources as is_rest
    from counted
    group by name
),

named as (
    select
        counted.* replace (case when ranked.is_rest then 'other' else counted.name end as name),
        ranked.is_rest
    from counted
    inner join ranked on counted.name = ranked.name
),

ranked_campaigns as (
    select
        name,
        campaign,
        count(*) over (partition by name) > $most_sources
        and row_number() over (
            partition by name
            order by
                campaign = 'other',
                sum(revenue) desc nulls last,
                campaign asc
        ) >= $most_sources as is_rest
    from named
    where campaign is not null
    group by name, campaign
)

select
    named.model,
    named.name,
    named.is_rest,
    case when ranked_campaigns.is_rest then 'other' else named.campaign end as campaign,
    coalesce(ranked_campaigns.is_rest, false) as is_rest_of_campaigns,
    cast(coalesce(sum(named.visits), 0) as bigint) as visits,
    coalesce(sum(named.orders), 0) as orders,
    coalesce(sum(named.revenue), 0) as revenue,
    coalesce(sum(named.new_buyers), 0) as new_buyers,
    sum(named.cost) as cost
from named
left join ranked_campaigns on named.name = ranked_campaigns.name and named.campaign = ranked_campaigns.campaign
group by all
