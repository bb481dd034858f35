{% macro store_timezone() -%}
    {{ return(env_var('STORE_TIMEZONE', 'UTC')) }}
{%- endmacro %}

{% macro store_date(instant) -%}
    {{ local_date(instant, store_timezone()) }}
{%- endmacro %}
