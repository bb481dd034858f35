with superseded_files as (
    select * from {{ ref('stg_landing__superseded_files') }}
),

files as (
    select
        file_id,
        spend_date,
        source,
        coalesce(campaign, '(none)') as campaign,
        sum(spend_cost) as cost
    from {{ ref('stg_landing__rows') }}
    where
        quarantine_reason = '{{ ad_spend() }}'
        and file_id not in (select superseded_files.file_id from superseded_files)
    group by file_id, spend_date, source, coalesce(campaign, '(none)')
),

-- Exports of several weeks may have days in common: the newest file tells.
ranked as (
    select
        *,
        row_number() over (partition by spend_date, source, campaign order by file_id desc) as place_from_newest
    from files
)

select
    source,
    campaign,
    cast(cost as decimal(38, 4)) as cost,
    spend_date
from ranked
where place_from_newest = 1
