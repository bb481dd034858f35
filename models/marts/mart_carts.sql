with carts as (
    select * from {{ ref('fct_carts') }}
)

select
    source,
    furthest_step,
    outcome,
    abandoned_date,
    count(*) as carts,
    sum(value) as value,
    count(*) filter (where is_recovered) as recovered_carts,
    cast(sum(visits) as bigint) as visits,
    opened_date as event_date
from carts
group by opened_date, source, furthest_step, outcome, abandoned_date
