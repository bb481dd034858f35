{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}

{% set text_fields = [
    'idempotency_key', 'session_id', 'user_id', 'order_id', 'product_slug', 'product_name',
    'source', 'medium', 'campaign', 'cart_items', 'reason', 'spend_date'
] %}
{% set published_texts = [
    'session_id', 'event_type', 'order_id', 'product_slug', 'product_name', 'source', 'medium', 'campaign', 'cart_items'
] %}

{% call read_in_tasks('rows') %}

with landed_rows as (
    select
        file_id,
        file,
        row_number,
        parse_error,
        text,
        folder_fields,
        is_ad_spend,
        is_tracked,
        {{ json_of('case when parse_error is null then text end') }} as body
    from {{ source('landing', 'rows') }}
),

-- Each user agent once, because telling whether it is a robot's takes longer than reading its row.
robots as (
    select user_agent
    from (
        select distinct regexp_extract(text, 'ser_?[aA]gent\\*"\s*:\s*\\*"([^"\\]+)', 1) as user_agent
        from {{ source('landing', 'rows') }}
        where contains(text, 'ser_agent') or contains(text, 'serAgent')
    ) as user_agents
    where landed.is_robot(user_agent)
),

-- What a row's folders say of it stands behind what it says itself: of two fields of a name the first counts.
objects as (
    select
        file_id,
        file,
        row_number,
        parse_error,
        text,
        is_ad_spend,
        is_tracked,
        landed.keyed_number(text) as row_hash,
        concat(text, folder_fields) as names_text,
        case
            when json_type(body) != 'OBJECT' then null
            when folder_fields is null then body
            when cast(body as varchar) = '{}' then cast(folder_fields as json)
            else cast(left(cast(body as varchar), -1) || ',' || substr(folder_fields, 2) as json)
        end as body
    from landed_rows
),

known_names as (
    select
        * exclude (body, names_text),
        {{ with_known_names('body', 'names_text') }} as body
    from objects
),

-- Every field stays JSON at first, as only its type tells "2" from true and {} from text.
found as (
    select
        *,
        {{ fields_of('body') }} as fields
    from known_names
),

landed_events as (
    select
        *,
        {{ event_type_of() }} as landed_type,
        {{ first_of('metadata') }} as metadata,
        {{ first_of('items') }} as landed_items
    from found
),

names as (
    select
        event_name,
        case
            when count(*) > 1 then error('seeds/event_names.csv has more than one row for ' || event_name)
            else min(event_type)
        end as event_type
    from {{ seed_rows('event_names') }}
    group by event_name
),

product_types as (
    select event_type
    from {{ seed_rows('event_types') }}
    where is_about_product
),

refund_types as (
    select event_type
    from {{ seed_rows('event_types') }}
    where order_role = 'refund'
),

named_events as (
    select
        landed_events.*,
        coalesce(names.event_type, landed_events.landed_type) as event_type,
        {{ object_in('metadata') }} as metadata_object,
        case
            when landed_items is not null
                then
                    from_json(
                        case
                            when json_type(landed_items) = 'VARCHAR' then try_cast(landed_items ->> '$' as json)
                            else landed_items
                        end,
                        '["JSON"]'
                    )
        end as items
    from landed_events
    left join names on landed_events.landed_type = names.event_name
),

-- An event about one product is one event for each of its items.
numbered_items as (
    select
        *,
        unnest(case when is_split then generate_series(1, len(items)) else [1] end) as item_number
    from (
        select
            *,
            coalesce(len(items) > 0, false) as has_items,
            has_items and coalesce(event_type in (select product_types.event_type from product_types), false) as is_split,
            coalesce(event_type in (select refund_types.event_type from refund_types), false) as is_refund
        from named_events
    ) as events
),

located as (
    select
        *,
        {{ first_of('_id') }} as landed_id,
        {{ first_of('idempotency_key') }} as landed_idempotency_key,
        {{ first_of('session_id') }} as landed_session_id,
        {{ first_of('user_id') }} as landed_user_id,
        {{ first_of('source') }} as landed_source,
        {{ first_of('medium') }} as landed_medium,
        {{ first_of('campaign') }} as landed_campaign,
        {{ first_of('order_id') }} as landed_order_id,
        case when event_type = 'whatsapp_cart_click' then {{ first_of('cart_items') }} end as landed_cart_items,
        case when event_type = 'cart_abandon' then {{ first_of('reason') }} end as landed_reason,
        {{ first_of('user_agent') }} as landed_user_agent,
        {{ first_of('created_at') }} as landed_created_at,
        case when is_ad_spend then {{ first_of('spend_date') }} end as landed_spend_date,
        case when is_ad_spend then {{ first_of('cost') }} end as landed_cost,
        case when is_split then {{ item_value('product_slug') }} else {{ first_of('product_slug') }} end as landed_product_slug,
        case when is_split then {{ item_value('product_name') }} else {{ first_of('product_name') }} end as landed_product_name,
        case when is_split then {{ item_value('price') }} else {{ first_of('price') }} end as landed_price,
        case when is_split then {{ item_value('quantity') }} else {{ first_of('quantity') }} end as landed_quantity
    from (select *, case when is_split then items[item_number] end as item from numbered_items) as events
),

-- Most rows have only plain texts, which need no decoding. The texts of other rows are decoded as one list, because
-- each call of `json_text` takes a build 5 ms to plan and to compile, however few rows there are.
listed as (
    select
        *,
        {{ are_plain_texts(text_fields) }} as is_plain,
        case when not is_plain then {{ list_of_texts(text_fields) }} end as texts
    from located
),

decoded as (
    select
        *,
        {{ json_text('landed_id') }} as store_id,
        {{ json_text('landed_created_at') }} as created_text,
        {{ json_text('landed_quantity') }} as quantity_text,
        {{ price_text('landed_price') }} as price_text,
        {{ price_text('landed_cost') }} as cost_text,
        regexp_extract(landed_user_agent ->> '$', '^[^"\\]+') as user_agent,
        regexp_extract(
            case when json_type(landed_created_at) = 'OBJECT' then cast(landed_created_at as varchar) end,
            '^[{]"[$]date":(?:[{]"[$]numberLong":)?"?(-?[0-9]+)"?[}]+$',
            1
        ) as created_milliseconds,
        {{ columns_of_texts(text_fields) }}
    from listed
),

typed as (
    select
        * replace (
            {{ id_text('session_id') }} as session_id,
            {{ id_text('user_id') }} as user_id,
            -- Placeholders of Google Analytics for an unknown order, source, medium or campaign are null.
            nullif({{ id_text('order_id') }}, '(not set)') as order_id,
            nullif(source, '(direct)') as source,
            nullif(medium, '(none)') as medium,
            nullif(campaign, '(direct)') as campaign,
            try_cast(regexp_extract(spend_date, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') as date) as spend_date
        ),
        {{ price_of('price_text') }} as known_price,
        {{ quantity_of('quantity_text') }} as known_quantity,
        {{ price_of('cost_text') }} as spend_cost,
        {{ utc_instant('created_text', 'created_milliseconds') }} as iso_instant
    from decoded
),

dated as (
    select
        *,
        coalesce(iso_instant, {{ utc_instant('iso_created_text', 'null') }}) as occurred_at
    from (
        select
            *,
            case when iso_instant is null then {{ iso_text('created_text') }} end as iso_created_text
        from typed
    ) as events
),

-- The money of a whole event is looked for where nothing else says what it is worth.
valued as (
    select
        *,
        case when has_items and not is_split then {{ money_of_items() }} end as items_value,
        case
            when
                (is_split and len(items) = 1 and known_price is null)
                or (not is_split and event_type != 'purchase' and (known_price is null or product_slug is null))
                or is_refund
                then {{ first_money('value', 'price is not null') }}
        end as event_value,
        is_refund and {{ has_money_of_event() }} as has_refund_amount,
        {{ first_money('cart_total', 'price > 0') }} as cart_total,
        event_type = 'cart_abandon' and coalesce(reason = 'user_removed_all_items', false) as empties_cart
    from dated
),

-- An item that is alone and has no price is worth what its event is.
priced as (
    select
        *,
        coalesce(
            known_price,
            case when is_split then cast({{ whole_quotient(
                'cast(cast(event_value as decimal(38, 4)) * 20000 as decimal(38, 0)) + coalesce(known_quantity, 1)',
                '2 * coalesce(known_quantity, 1)'
            ) }} * 0.0001 as decimal(17, 4)) end
        ) as price,
        coalesce(known_quantity, 1) as quantity
    from valued
),

reasoned as (
    select
        *,
        case
            when parse_error is not null then parse_error
            when body is null then 'not a JSON object'
            when is_ad_spend and spend_date is null then 'no readable date'
            when is_ad_spend and source is null then 'no readable source'
            when is_ad_spend and spend_cost is null then 'no readable cost'
            when is_ad_spend then '{{ ad_spend() }}'
            when occurred_at between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999' is not true
                then 'no readable created_at'
            when session_id is null then 'no readable session_id'
            when event_type is null then 'no readable event_type'
            when length(session_id) > {{ longest_text() }} then 'session_id of more than {{ longest_text() }} characters'
            when length(event_type) > {{ longest_text() }} then 'event_type of more than {{ longest_text() }} characters'
            when event_type != 'purchase' and user_agent in (select robots.user_agent from robots) then 'a robot'
        end as quarantine_reason
    from priced
),

-- All texts of a row are searched at once: few rows hold an address, and each pattern takes 5 ms to compile.
searched as (
    select
        *,
        case
            when landed.has_address(concat_ws(' ', {{ published_texts | join(', ') }}))
                then list_transform([{{ published_texts | join(', ') }}], lambda text: landed.without_addresses(text))
        end as texts_without_addresses
    from reasoned
)

select
    file_id,
    file,
    is_tracked,
    row_number,
    cast(item_number as integer) as item_number,
    quarantine_reason,
    landed.redacted(
        case when quarantine_reason is not null and quarantine_reason != '{{ ad_spend() }}' then text end
    ) as quarantined_text,
    row_hash,
    landed.keyed_number(
        coalesce('key ' || idempotency_key, 'id ' || store_id) || case when is_split then ' item ' || item_number else '' end
    ) as event_key,
    landed.buyer(coalesce(user_id, session_id)) as buyer_id,
    user_id is not null as has_user_id,
    {% for text in published_texts %}
    left(coalesce(texts_without_addresses[{{ loop.index }}], {{ text }}), {{ longest_text() }}) as {{ text }},
    {% endfor %}
    coalesce(price, 0) as price,
    quantity,
    case
        when is_split or event_type = 'purchase' then {{ line_amount('coalesce(price, 0)', 'quantity') }}
        -- Of an order, the amount that is paid back counts before the products that are named.
        when is_refund then coalesce(event_value, items_value, {{ line_amount('known_price', 'quantity') }})
        when items_value is not null then items_value
        when product_slug is not null and price is not null then {{ line_amount('price', 'quantity') }}
        else event_value
    end as value,
    cart_total,
    empties_cart,
    (has_refund_amount and event_value is null)
    or (
        price is null
        and coalesce(
            event_type = 'purchase'
            or price_text is not null
            or json_type(landed_price) in ('OBJECT', 'ARRAY', 'BOOLEAN'),
            false
        )
    ) as has_unreadable_price,
    known_quantity is null and coalesce(json_type(landed_quantity) != 'NULL', false) as has_unreadable_quantity,
    metadata_object is null
    and coalesce(
        case json_type(metadata) when 'VARCHAR' then trim(metadata ->> '$') != '' else json_type(metadata) != 'NULL' end,
        false
    ) as has_unreadable_metadata,
    coalesce(
        greatest(
            length(order_id), length(product_slug), length(product_name), length(source), length(medium), length(campaign)
        ) > {{ longest_text() }},
        false
    ) as has_unreadable_text,
    occurred_at,
    spend_date,
    spend_cost
from searched
-- One row stands for all items of a row that cannot be read.
where quarantine_reason is null or item_number = 1

{% endcall %}
