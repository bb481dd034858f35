-- Timestamps as in `checkouts`.
select
    count(*) as events,
    case when event_date in ($retention_first_date, $last_date) then purchased_at end as purchased_at,
    case
        when previous_purchase_at >= $retention_first_day_begins_at
            then least(previous_purchase_at, $retention_first_day_ends_at)
    end as previous_purchase_at,
    case
        when second_previous_purchase_at >= $retention_first_day_begins_at
            then least(second_previous_purchase_at, $retention_first_day_ends_at)
    end as second_previous_purchase_at
from api_purchases
where event_date between $retention_first_date and $last_date
group by all
