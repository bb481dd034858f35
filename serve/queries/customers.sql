-- Customers who bought in the 90 days: all of them by segment (`kind` segment), and 1,000 by name (customer).
with customers as (
    select
        visitor_id,
        date_sub('day', max(purchased_at), $retention_starts_at + interval 90 days) as days_since_purchase,
        count(*) filter (where coalesce(previous_line_at < $retention_starts_at, true)) as orders,
        sum(revenue) as revenue
    from api_customer_purchases
    where purchased_at between $retention_starts_at and $ends_at
    group by visitor_id
),

placed as (
    select
        customers.*,
        min(segments.place) as place
    from customers
    inner join api_customer_segments as segments on {{ fits('customers', 'segments') }}
    group by all
),

listed as (
    select *
    from placed
    order by days_since_purchase asc, revenue desc, orders asc, visitor_id asc
    limit 1000
),

rows_of_kinds as (
    select
        'customer' as kind,
        visitor_id,
        place,
        days_since_purchase,
        orders,
        revenue,
        1 as buyers
    from listed
    union all by name
    select
        'segment' as kind,
        segments.place,
        sum(placed.revenue) as revenue,
        count(placed.visitor_id) as buyers
    from api_customer_segments as segments
    left join placed on segments.place = placed.place
    group by segments.place
)

select
    rows_of_kinds.kind,
    segments.segment,
    rows_of_kinds.visitor_id,
    rows_of_kinds.days_since_purchase,
    rows_of_kinds.orders,
    rows_of_kinds.buyers,
    coalesce(rows_of_kinds.revenue, 0) as revenue
from rows_of_kinds
inner join api_customer_segments as segments on rows_of_kinds.place = segments.place
order by
    kind asc,
    case when kind = 'segment' then rows_of_kinds.place end asc,
    days_since_purchase asc,
    revenue desc,
    orders asc,
    visitor_id asc
