with digits as (
    {% for digit in range(10) %}
        select {{ digit }} as digit
        {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

days as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit + 10000 * more.digit as day
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as more
)

select cast(date '1970-01-01' + day as date) as date_day
from days
where day < {{ 365 * 130 + 32 }}
