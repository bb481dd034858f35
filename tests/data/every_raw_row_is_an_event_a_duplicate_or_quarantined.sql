with counts as (
    select
        (
            select count(*)
            from {{ ref('stg_parsed_events') }}
            where row_number > 0 or quarantine_reason is not null
        ) as landed,
        (select count(*) from {{ ref('stg_quarantine') }}) as quarantined,
        (select count(*) from {{ ref('fct_events') }}) as kept,
        (
            select count(event_key) - count(distinct event_key)
            from {{ ref('stg_parsed_events') }}
            where quarantine_reason is null
        ) as repeated,
        (select count(*) from {{ ref('stg_later_deliveries') }}) as left_out
)

select *
from counts
where landed != quarantined + kept + repeated or repeated != left_out
