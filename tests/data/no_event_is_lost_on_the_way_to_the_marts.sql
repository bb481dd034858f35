with counts as (
    select
        (select count(*) from {{ ref('fct_events') }}) as facts,
        (select coalesce(sum(events), 0) from {{ ref('fct_events_daily') }}) as daily,
        (select coalesce(sum(events), 0) from {{ ref('mart_traffic') }}) as traffic
)

select *
from counts
where not (facts = daily and daily = traffic)
