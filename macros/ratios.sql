{# How much of a whole a part is, in %, to 1 decimal, half away from zero; 0 of nothing is 0. #}
{% macro percentage(part, whole) -%}
    cast(coalesce((2000 * {{ part }} + {{ whole }}) // nullif(2 * {{ whole }}, 0), 0) * 0.1 as decimal(18, 1))
{%- endmacro %}
