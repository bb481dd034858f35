{% macro percentage(part, whole) -%}
    cast(
        coalesce({{ whole_quotient('2000 * ' ~ part ~ ' + ' ~ whole, 'nullif(2 * ' ~ whole ~ ', 0)') }}, 0) * 0.1
        as decimal(18, 1)
    )
{%- endmacro %}

{% macro line_amount(price, quantity) -%}
    cast(cast({{ price }} as decimal(24, 4)) * {{ quantity }} as decimal(24, 4))
{%- endmacro %}
