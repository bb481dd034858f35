with finished as (
    select * from {{ ref('int_carts') }}
    where finished_at is not null
)

select
    events.buyer_number,
    events.event_date,
    events.occurred_at,
    min(finished.finished_at) as finished_at
from {{ ref('int_checkout_events') }} as events
inner join finished on events.buyer_id = finished.buyer_id and events.occurred_at = finished.occurred_at
where events.event_type = 'begin_checkout'
group by events.event_date, events.buyer_number, events.occurred_at
-- Physical, as in `int_events`.
order by events.occurred_at
