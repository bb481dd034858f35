with purchases as (
    select * from {{ ref('api_customer_purchases') }}
),

segments as (
    select * from {{ ref('api_customer_segments') }}
),

newest as (
    select max(event_date) as newest_date
    from {{ ref('fct_steps_daily') }}
),

-- Each month is looked at from its last day, that of the newest event from the day of that event.
months as (
    select
        dates.date_day as month_date,
        least(last_day(dates.date_day), newest.newest_date) as as_of_date
    from {{ ref('mart_dates') }} as dates
    cross join newest
    where
        extract(day from dates.date_day) = 1
        and dates.date_day <= newest.newest_date
        and last_day(dates.date_day) >= (select min(purchase_date) from purchases)
),

customers as (
    select
        months.month_date,
        purchases.visitor_id,
        {{ days_between('max(purchases.purchase_date)', 'months.as_of_date') }} as days_since_purchase,
        count(*) filter (
            where coalesce(purchases.previous_line_date < months.as_of_date - 89, true)
        ) as orders,
        sum(purchases.revenue) as revenue
    from months
    inner join purchases
        on
            months.as_of_date >= purchases.purchase_date
            and months.as_of_date - 89 <= purchases.purchase_date
    group by months.month_date, months.as_of_date, purchases.visitor_id
),

placed as (
    select
        customers.month_date,
        customers.visitor_id,
        customers.orders,
        customers.revenue,
        min(segments.place) as place
    from customers
    inner join segments on {{ fits('customers', 'segments') }}
    group by customers.month_date, customers.visitor_id, customers.orders, customers.revenue
),

named as (
    select
        placed.month_date,
        placed.visitor_id,
        segments.segment,
        placed.orders,
        placed.revenue
    from placed
    inner join segments on placed.place = segments.place
),

-- Each customer in the month, and in the month after it.
states as (
    select
        month_date,
        visitor_id,
        segment,
        cast(null as string) as previous_segment,
        orders,
        revenue
    from named
    union all
    select
        cast(month_date + interval 1 month as date) as month_date,
        visitor_id,
        cast(null as string) as segment,
        segment as previous_segment,
        0 as orders,
        0 as revenue
    from named
),

moves as (
    select
        month_date,
        coalesce(max(previous_segment), 'none') as previous_segment,
        coalesce(max(segment), 'none') as segment,
        sum(orders) as orders,
        sum(revenue) as revenue
    from states
    group by month_date, visitor_id
)

select
    previous_segment,
    segment,
    count(*) as buyers,
    cast(sum(orders) as bigint) as orders,
    cast(sum(revenue) as decimal(38, 4)) as revenue,
    month_date
from moves
where month_date in (select month_date from months)
group by month_date, previous_segment, segment
