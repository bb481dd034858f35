with touches as (
    select
        source,
        medium,
        campaign,
        is_first_order,
        {{ summed_shares() }},
        order_date
    from {{ ref('fct_order_touches') }}
    group by order_date, source, medium, campaign, is_first_order
)

select
    model,
    source,
    medium,
    campaign,
    cast(sum(orders) as decimal(38, 12)) as orders,
    cast(sum(revenue) as decimal(38, 4)) as revenue,
    cast(sum(new_buyers) as decimal(38, 12)) as new_buyers,
    order_date as event_date
from {{ in_each_model('touches', 'source, medium, campaign, order_date') }} as shares
where orders > 0 or revenue != 0
group by order_date, model, source, medium, campaign
