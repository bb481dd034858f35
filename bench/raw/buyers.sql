with checkouts as (
    select
        coalesce(user_id, session_id) as buyer,
        bool_or(event_type = 'begin_checkout') as has_checkout,
        bool_or(event_type = 'purchase') as has_purchase
    from raw_events
    where created_at between $starts_at and $ends_at and event_type in ('begin_checkout', 'purchase')
    group by buyer
),

purchases as (
    select
        coalesce(user_id, session_id) as buyer,
        count(*) as purchases
    from raw_events
    where created_at between $retention_starts_at and $ends_at and event_type = 'purchase'
    group by buyer
),

buyers as (
    select
        count(*) as buyers,
        count(*) filter (where purchases > 1) as recurrent
    from purchases
)

select
    (
        select round(1000 * count(*) filter (where not has_purchase) / count(*)) / 10
        from checkouts
        where has_checkout
    ) as abandonment_rate,
    (
        select {
            'repurchase_rate': round(1000 * recurrent / buyers) / 10,
            'recurrent_customers': recurrent,
            'total_unique_buyers': buyers,
            'period_days': 90
        }
        from buyers
    ) as retention_metrics
