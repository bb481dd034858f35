{% macro store_timezone() -%}
    {{ return(env_var('STORE_TIMEZONE', 'UTC')) }}
{%- endmacro %}
