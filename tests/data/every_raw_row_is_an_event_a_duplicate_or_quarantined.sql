with counts as (
    select
        (
            select count(*)
            from {{ ref('stg_landing__rows') }}
            where
                file_id not in (select file_id from {{ ref('stg_landing__superseded_files') }})
                and quarantine_reason is distinct from '{{ ad_spend() }}'
        ) as landed,
        (select count(*) from {{ ref('stg_landing__quarantine') }}) as quarantined,
        (select count(*) from {{ ref('int_events') }}) as events,
        (select count(*) from {{ ref('int_duplicate_events') }}) as duplicates
)

select *
from counts
where landed != quarantined + events + duplicates
