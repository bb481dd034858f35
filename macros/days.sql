{% macro store_timezone() -%}
    {{ return(env_var('STORE_TIMEZONE', 'UTC')) }}
{%- endmacro %}

{% macro store_date(instant) -%}
    cast(timezone('{{ store_timezone() }}', timezone('UTC', {{ instant }})) as date)
{%- endmacro %}
