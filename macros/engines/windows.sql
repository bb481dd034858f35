{% macro first_known(column) -%}
    {{ return(adapter.dispatch('first_known')(column)) }}
{%- endmacro %}

{% macro default__first_known(column) -%}
    first_value({{ column }} ignore nulls)
{%- endmacro %}

{% macro spark__first_known(column) -%}
    first_value({{ column }}, true)
{%- endmacro %}

{% macro last_known(column) -%}
    {{ return(adapter.dispatch('last_known')(column)) }}
{%- endmacro %}

{% macro default__last_known(column) -%}
    last_value({{ column }} ignore nulls)
{%- endmacro %}

{% macro spark__last_known(column) -%}
    last_value({{ column }}, true)
{%- endmacro %}

{% macro percentile(column, fraction) -%}
    {{ return(adapter.dispatch('percentile')(column, fraction)) }}
{%- endmacro %}

{% macro default__percentile(column, fraction) -%}
    quantile_cont({{ column }}, {{ fraction }})
{%- endmacro %}

{% macro spark__percentile(column, fraction) -%}
    percentile({{ column }}, {{ fraction }})
{%- endmacro %}
