-- `chance(n, salt)` lies in [0, 1) and depends on nothing else. Visits follow each other evenly over the days.
-- Three in ten are by a browser that was there before, rather lately than long ago; a third of the browsers
-- belong to customers, some of whom have several. A few of the products draw most of the interest. One row in
-- a hundred is delivered twice.
create macro chance(n, salt) as (hash(hash(n, salt)) >> 11) / 9007199254740992;

copy (
    with visits as (
        select
            n,
            n // 6 as visit,
            n // 6 - case
                when chance(n // 6, 'returns') < 0.3
                    then cast(floor(pow(chance(n // 6, 'absence'), 3) * (n // 6)) as bigint)
                else 0
            end as browser,
            chance(n, 'type') as kind,
            cast(floor(2000 * pow(chance(n, 'product'), 3)) as integer) as product
        from range($events) as numbers (n)
    ),

    events as (
        select
            md5('event ' || n) as idempotency_key,
            case
                when kind < 0.30 then 'page_view'
                when kind < 0.64 then 'product_view'
                when kind < 0.76 then 'add_to_cart'
                when kind < 0.82 then 'begin_checkout'
                when kind < 0.86 then 'checkout_started'
                when kind < 0.89 then 'payment_info_entered'
                when kind < 0.92 then 'purchase'
                when kind < 0.95 then 'order_completed'
                when kind < 0.955 then 'payment_error'
                when kind < 0.96 then 'checkout_error'
                when kind < 0.963 then 'payment_confirmation_error'
                when kind < 0.966 then 'address_error'
                when kind < 0.978 then 'whatsapp_cart_click'
                when kind < 0.982 then 'whatsapp_purchase'
                else 'search'
            end as event_type,
            md5('browser ' || browser) as session_id,
            case
                when chance(browser, 'customer') < 0.33
                    then 'customer' || cast(floor(chance(browser, 'who') * $events / 100) as bigint) || '@example.com'
            end as user_id,
            case when kind between 0.30 and 0.95 then 'product-' || product end as product_slug,
            case
                when kind between 0.30 and 0.95
                    then 'Product ' || product || case when product % 10 = 0 and n > $events / 2 then ' New' else '' end
            end as product_name,
            cast(9900 + 100 * (product * 7919 % 1900) as varchar) as price,
            '{"quantity": ' || 1 + cast(floor(3 * pow(chance(n, 'units'), 4)) as integer) || ', "page": ' || n % 40 || '}'
                as metadata,
            ['google', 'instagram', 'whatsapp', 'facebook', 'tiktok', 'email', 'direct', null]
                [1 + cast(floor(8 * pow(chance(visit, 'source'), 2)) as integer)] as source,
            timestamp '$first_day' + to_microseconds(cast(n * $microseconds as bigint)) as created_at,
            1 + cast(chance(n, 'twice') < 0.01 as integer) as deliveries
        from visits
    )

    select events.* exclude (deliveries)
    from events, range(deliveries)
) to '$path' (format parquet)
