-- depends_on: {{ ref('stg_touched_events') }}
with rows as (
    select
        file,
        row_number,
        item_number,
        event_key
    from {{ ref('stg_parsed_events') }}
    where
        quarantine_reason is null
        and event_key is not null
        and {{ is_touched('event_key') if flags.WHICH == 'build' else 'true' }}
),

counts as (
    select
        (
            select count(*)
            from {{ ref('stg_parsed_events') }}
            where row_number > 0 or quarantine_reason is not null
        ) as landed,
        (select count(*) from {{ ref('stg_quarantine') }}) as quarantined,
        (select count(*) from {{ ref('fct_events') }}) as kept,
        (select count(*) from {{ ref('stg_later_deliveries') }}) as left_out,
        (select count(*) - count(distinct event_key) from rows) as repeated,
        (
            select count(*)
            from rows
            inner join {{ ref('stg_later_deliveries') }} as later_deliveries
                on
                    rows.file = later_deliveries.file
                    and rows.row_number = later_deliveries.row_number
                    and rows.item_number = later_deliveries.item_number
        ) as repeated_left_out
)

select *
from counts
where landed != quarantined + kept + left_out or repeated != repeated_left_out
