{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='file',
        on_schema_change='fail',
        pre_hook=[
            "{{ forget_other_readers() }}",
            "{{ find_days_again() }}",
            "{{ touch_events() }}"
        ],
        post_hook=["{{ touch_events() }}", "{{ keep_answer() }}"]
    )
}}
-- depends_on: {{ ref('stg_touched_events') }}

{% call where_rows_are_read() %}

with landed_rows as (
    select
        file,
        row_number,
        file_version,
        reader_version,
        defect,
        text,
        try_cast(case when defect is null then text end as json) as body
    from {{ landed_rows() }}
),

-- Every field stays JSON at first, as only its type tells "2" from true and {} from text.
fields as (
    select
        file,
        row_number,
        file_version,
        reader_version,
        defect,
        text,
        md5_number(text) as row_hash,
        coalesce(json_type(body) = 'OBJECT', false) as is_object,
        unnest(from_json( -- noqa: AL03
            case when json_type(body) = 'OBJECT' then body end,
            '{
                "_id": "JSON", "idempotency_key": "JSON", "event_type": "JSON", "session_id": "JSON",
                "user_id": "JSON", "product_slug": "JSON", "product_name": "JSON", "source": "JSON",
                "price": "JSON", "metadata": "JSON", "created_at": "JSON"
            }'
        ))
    from landed_rows
),

texts as (
    select
        file,
        row_number,
        file_version,
        reader_version,
        defect,
        text,
        row_hash,
        is_object,
        {{ json_text('idempotency_key') }} as idempotency_key,
        coalesce({{ json_text("(_id -> '/$oid')") }}, {{ json_text('_id') }}) as store_id,
        {{ json_text('event_type') }} as event_type,
        {{ json_text('session_id') }} as session_id,
        {{ json_text('user_id') }} as user_id,
        {{ json_text('product_slug') }} as product_slug,
        {{ json_text('product_name') }} as product_name,
        {{ json_text('source') }} as source,
        {{ json_text('price') }} as price_text,
        case
            when json_type(metadata) = 'VARCHAR' then try_cast(metadata ->> '$' as json)
            else metadata
        end -> '/quantity' as quantity_value,
        coalesce({{ json_text("(created_at -> '/$date')") }}, {{ json_text('created_at') }}) as created_text,
        {{ json_text("(created_at -> '/$date' -> '/$numberLong')") }} as created_milliseconds
    from fields
),

typed as (
    select
        *,
        case
            when regexp_full_match(price_text, '[0-9]{1,12}([.][0-9]+)?')
                then try_cast(price_text as decimal(17, 4))
        end as known_price,
        case
            when regexp_full_match({{ json_text('quantity_value') }}, '[0-9]{1,7}([.]0+)?')
                then try_cast({{ json_text('quantity_value') }} as decimal(17, 4))
        end as known_quantity,
        {{ utc_instant('created_text', 'created_milliseconds') }} as occurred_at
    from texts
),

reasoned as (
    select
        *,
        case
            when defect is not null then defect
            when row_number = 0 then null
            when not is_object then 'not a JSON object'
            when occurred_at between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999' is not true
                then 'no readable created_at'
            when session_id is null then 'no readable session_id'
            when event_type is null then 'no readable event_type'
        end as quarantine_reason
    from typed
)

select
    file,
    row_number,
    file_version,
    reader_version,
    quarantine_reason,
    landed.without_erased(case when quarantine_reason is not null then text end) as quarantined_text,
    row_hash,
    md5_number(coalesce('key ' || idempotency_key, 'id ' || store_id)) as event_key,
    landed.without_erased(session_id) as session_id,
    md5(coalesce(user_id, session_id)) as buyer_id,
    landed.without_erased(event_type) as event_type,
    landed.without_erased(product_slug) as product_slug,
    landed.without_erased(product_name) as product_name,
    landed.without_erased(source) as source,
    coalesce(known_price, 0) as price,
    coalesce(case when known_quantity between 1 and 1000000 then cast(known_quantity as integer) end, 1) as quantity,
    known_price is null as has_unreadable_price,
    coalesce(json_type(quantity_value) != 'NULL', false)
    and coalesce(known_quantity not between 1 and 1000000, true) as has_unreadable_quantity,
    case when quarantine_reason is null then {{ store_date('occurred_at') }} end as event_date,
    occurred_at
from reasoned

{% endcall %}
