{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook=["{{ touch_all_if_defined_otherwise() }}", "{{ take_out_touched_sessions() }}"]
    )
}}
-- depends_on: {{ ref('stg_touched_sessions') }}

with readable_rows as (
    select *
    from {{ ref('stg_parsed_events') }}
    where
        quarantine_reason is null
        and row_number > 0
        {% if is_incremental() %}
            and (
                {{ is_touched() }}
                or event_key in (
                    select touched.event_key
                    from {{ ref('stg_parsed_events') }} as touched
                    where {{ is_touched('touched.session_id') }}
                )
            )
        {% endif %}
),

-- Rows with neither an idempotency key nor an id cannot be told to be the same event.
first_deliveries as (
    select *
    from readable_rows
    where event_key is not null
    qualify row_number() over (partition by event_key order by occurred_at, row_hash, file, row_number) = 1
    union all
    select *
    from readable_rows
    where event_key is null
)

select
    file,
    row_number,
    row_hash,
    session_id,
    buyer_id,
    event_type,
    product_slug,
    product_name,
    coalesce(source, 'direct') as source,
    price,
    quantity,
    has_unreadable_price,
    has_unreadable_quantity,
    {{ store_date('occurred_at') }} as event_date,
    occurred_at,
    '{{ definition_version() }}' as definition_version
from first_deliveries
{% if is_incremental() %}
    where {{ is_touched() }}
{% endif %}
