{% macro percentage(part, whole) -%}
    cast(coalesce((2000 * {{ part }} + {{ whole }}) // nullif(2 * {{ whole }}, 0), 0) * 0.1 as decimal(18, 1))
{%- endmacro %}
