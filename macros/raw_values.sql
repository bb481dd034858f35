{# Most texts are plain, and Unicode's white space is at the end of few: asking first is much faster. #}
{% macro json_text(value) -%}
    {%- set plain_text -%} "[!#-\[\]-~]([ !#-\[\]-~]*[!#-\[\]-~])?" {%- endset -%}
    {%- set white_space -%} [\s\v\x{85}\p{Z}] {%- endset -%}
    {%- set quoted_text = "cast(" ~ value ~ " as varchar)" -%}
    {%- set text = value ~ " ->> '$'" -%}
    case
        when regexp_full_match({{ quoted_text }}, '{{ plain_text }}')
            then substr({{ quoted_text }}, 2, strlen({{ quoted_text }}) - 2)
        when json_type({{ value }}) not in ('OBJECT', 'ARRAY', 'BOOLEAN')
            then
                nullif(
                    case
                        when regexp_matches({{ text }}, '^{{ white_space }}|{{ white_space }}$')
                            then regexp_replace({{ text }}, '^{{ white_space }}+|{{ white_space }}+$', '', 'g')
                        else {{ text }}
                    end,
                    ''
                )
    end
{%- endmacro %}

{% macro utc_instant(iso_text, milliseconds) -%}
    case
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
                    -- DuckDB wants seconds before a zone.
                    regexp_replace(replace(upper({{ iso_text }}), ',', '.'), '^(.{16})(Z|[+-].*)?$', '\1:00\2')
                    as timestamptz
                ))
        when try_cast({{ milliseconds }} as bigint) between -62135596800000 and 253402300799999
            then make_timestamp(try_cast({{ milliseconds }} as bigint) * 1000)
    end
{%- endmacro %}
