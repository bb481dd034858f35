-- A person counts with the first of their page views in the window.
select count(*) as persons
from api_funnel_starts
where
    occurred_at between $starts_at and $ends_at
    and case when $source is null then is_among_all else is_among_source and source = $source end
    and coalesce(epoch_us(occurred_at) - previous_start_before < epoch_us($starts_at), true)
