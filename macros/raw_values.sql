{% macro json_of(text) -%}
    coalesce(
        try_cast({{ text }} as json),
        try_cast(regexp_replace(
            {{ text }}, '\b(?:ISODate|ObjectId|UUID|Number(?:Int|Long|Decimal))\(("[^"]*"|[-0-9.]+)\)', '\1', 'g'
        ) as json)
    )
{%- endmacro %}

{% macro plain_pattern() -%}
    "[!#-\[\]-~]([ !#-\[\]-~]*[!#-\[\]-~])?"
{%- endmacro %}

{% macro plain_text(value) -%}
    substr(cast({{ value }} as varchar), 2, strlen(cast({{ value }} as varchar)) - 2)
{%- endmacro %}

{% macro are_plain_texts(fields) -%}
    regexp_full_match(
        concat_ws(','{% for field in fields %}, cast(landed_{{ field }} as varchar){% endfor %}),
        '{{ plain_pattern() }}(?:,{{ plain_pattern() }})*'
    )
{%- endmacro %}

{% macro list_of_texts(fields) -%}
    list_transform([landed_{{ fields | join(', landed_') }}], lambda found: {{ json_text('found') }})
{%- endmacro %}

{% macro columns_of_texts(fields) -%}
    {% for field in fields -%}
        case when is_plain then {{ plain_text('landed_' ~ field) }} else texts[{{ loop.index }}] end as {{ field }}{{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro json_text(value) -%}
    {%- set white_space -%} [\s\v\x{85}\p{Z}] {%- endset -%}
    {%- set quoted_text = "cast(" ~ value ~ " as varchar)" -%}
    {%- set text = value ~ " ->> '$'" -%}
    {%- set typed_text -%} regexp_extract({{ quoted_text }}, '^\{"\$[a-zA-Z]+":"?([^"\\{}]*)"?\}$', 1) {%- endset -%}
    case
        when regexp_full_match({{ quoted_text }}, '{{ plain_pattern() }}')
            then {{ plain_text(value) }}
        when json_type({{ value }}) = 'OBJECT'
            then
                case
                    when starts_with({{ quoted_text }}, '{"$numberD')
                        then regexp_replace(cast(try_cast({{ typed_text }} as decimal(38, 10)) as varchar), '[.]0+$', '')
                    when regexp_matches({{ quoted_text }}, '^\{"\$(oid|uuid|date|symbol|numberInt|numberLong)"')
                        then nullif(trim({{ typed_text }}), '')
                end
        when json_type({{ value }}) = 'DOUBLE'
            then regexp_replace({{ text }}, '[.]0+$', '')
        when json_type({{ value }}) not in ('ARRAY', 'BOOLEAN')
            then
                nullif(
                    regexp_replace(
                        case
                            when regexp_matches({{ text }}, '^{{ white_space }}|{{ white_space }}$')
                                then regexp_replace({{ text }}, '^{{ white_space }}+|{{ white_space }}+$', '', 'g')
                            else {{ text }}
                        end,
                        '^(?:ISODate|ObjectId)\("([^"]*)"\)$',
                        '\1'
                    ),
                    ''
                )
    end
{%- endmacro %}

{% macro ad_spend() -%}
    advertising spend
{%- endmacro %}

{% macro longest_text() -%}
    256
{%- endmacro %}

{% macro id_text(value) -%}
    nullif(nullif(nullif(nullif({{ value }}, 'null'), 'undefined'), 'NaN'), '[object Object]')
{%- endmacro %}

{% macro price_of(text) -%}
    {%- set point = decimal_separator() -%}
    {%- set group = ',' if point == '.' else '.' -%}
    {%- set space = '[\\s\\p{Z}]*' -%}
    {%- set currency = '(?:[A-Z]{0,3}' ~ space ~ '\\p{Sc}|[A-Z]{3})?' -%}
    {%- set digits = '[0-9]{1,3}(?:[' ~ group ~ '][0-9]{3}){1,3}|[0-9]{1,12}' -%}
    {%- set pattern = currency ~ space ~ '(?:' ~ digits ~ ')(?:[' ~ point ~ '][0-9]+)?' ~ space ~ currency -%}
    case
        when regexp_full_match({{ text }}, '[0-9]{1,12}([{{ point }}][0-9]+)?')
            then try_cast({{ text if point == '.' else "replace(" ~ text ~ ", ',', '.')" }} as decimal(17, 4))
        when regexp_full_match({{ text }}, '{{ pattern }}')
            then
                try_cast(
                    replace(regexp_replace({{ text }}, '[^0-9{{ point }}]', '', 'g'), '{{ point }}', '.')
                    as decimal(17, 4)
                )
    end
{%- endmacro %}

{% macro quantity_of(text) -%}
    case
        when
            regexp_full_match({{ text }}, '[0-9]{1,7}([.]0+)?')
            and try_cast({{ text }} as decimal(17, 4)) between 1 and 1000000
            then cast(try_cast({{ text }} as decimal(17, 4)) as integer)
    end
{%- endmacro %}

{% macro iso_text(text) -%}
    case
        when regexp_matches({{ text }}, '(?i)( UTC|Z\[UTC\])$')
            then regexp_replace({{ text }}, '(?i)( UTC|Z\[UTC\])$', 'Z')
        when regexp_matches({{ text }}, '[0-9] [+-][0-9:]+$')
            then regexp_replace({{ text }}, ' ([+-][0-9:]+)$', '\1')
        when regexp_matches({{ text }}, '^[0-9]{8}T[0-9]{6}')
            then regexp_replace({{ text }}, '^(....)(..)(..)T(..)(..)(..)', '\1-\2-\3T\4:\5:\6')
        when regexp_full_match({{ text }}, '[1-9](?:[0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{18})')
            then
                strftime(
                    make_timestamp(cast(cast(rpad({{ text }}, 19, '0') as hugeint) // 1000 as bigint)),
                    '%Y-%m-%dT%H:%M:%S.%fZ'
                )
        when regexp_matches({{ text }}, ' (GMT|[+-]0000)$')
            then strftime(
                try_strptime(
                    regexp_replace({{ text }}, '^[A-Za-z]{3}, *| (GMT|[+-]0000)$', '', 'g'), '%d %b %Y %H:%M:%S'
                ),
                '%Y-%m-%dT%H:%M:%SZ'
            )
        else {{ text }}
    end
{%- endmacro %}

{% macro utc_instant(iso_text, milliseconds) -%}
    case
        when try_cast({{ milliseconds }} as bigint) between -62135596800000 and 253402300799999
            then make_timestamp(try_cast({{ milliseconds }} as bigint) * 1000)
        when
            regexp_full_match(
                {{ iso_text }},
                '[0-9]{4}-[0-9]{2}-[0-9]{2}'
                || '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?'
                || '(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?)?',
                'i'
            )
            and left({{ iso_text }}, 4) != '0000'
            then
                timezone('UTC', try_cast(
                    -- DuckDB requires seconds before a zone.
                    regexp_replace(replace(upper({{ iso_text }}), ',', '.'), '^(.{16})(Z|[+-].*)?$', '\1:00\2')
                    as timestamptz
                ))
    end
{%- endmacro %}

{% macro object_in(value) -%}
    {%- set decoded = "try_cast(" ~ value ~ " ->> '$' as json)" -%}
    case json_type({{ value }})
        when 'OBJECT' then {{ value }}
        when 'VARCHAR'
            then
                case json_type({{ decoded }})
                    when 'OBJECT' then {{ decoded }}
                    when 'VARCHAR' then try_cast({{ decoded }} ->> '$' as json)
                end
        when 'ARRAY'
            then
                try_cast('{' || array_to_string(list_transform(
                    from_json({{ value }}, '["JSON"]'),
                    lambda pair: cast(pair -> '/key' as varchar) || ':' || cast(coalesce(
                        {% for kind in ('string_value', 'int_value', 'double_value', 'float_value') %}
                            case when json_type(pair -> '/value/{{ kind }}') != 'NULL' then pair -> '/value/{{ kind }}' end,
                        {% endfor %}
                        'null'
                    ) as varchar)
                ), ',') || '}' as json)
    end
{%- endmacro %}

{% macro price_text(value) -%}
    {%- if decimal_separator() == '.' -%}
        {{ json_text(value) }}
    {%- else -%}
        case when json_type({{ value }}) = 'VARCHAR' then {{ json_text(value) }} else replace({{ json_text(value) }}, '.', ',') end
    {%- endif -%}
{%- endmacro %}

{% macro decimal_separator() -%}
    {%- set separator = env_var('DECIMAL_SEPARATOR', '') or '.' -%}
    {%- if separator not in ('.', ',') -%}
        {{ exceptions.raise_compiler_error("DECIMAL_SEPARATOR must be . or , and not '" ~ separator ~ "'.") }}
    {%- endif -%}
    {{ return(separator) }}
{%- endmacro %}
