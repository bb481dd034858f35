with segments as (
    select * from {{ ref('customer_segments') }}
)

select
    place,
    segment,
    most_days,
    fewest_orders,
    least_revenue,
    place = max(place) over () as is_last
from segments
