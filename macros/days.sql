{% macro store_timezone() -%}
    {{ return(env_var('STORE_TIMEZONE', 'UTC')) }}
{%- endmacro %}

{% macro store_date(instant) -%}
    {{ local_date(instant, store_timezone()) }}
{%- endmacro %}

{% macro check_store_timezone() -%}
    {% if execute %}
        {% set zone = store_timezone() %}
        {% set known = run_query(
            "select count(*) from pg_timezone_names() where name = '" ~ zone | replace("'", "''") ~ "'"
        ) %}
        {% if known.rows[0][0] == 0 %}
            {{ exceptions.raise_compiler_error(
                "STORE_TIMEZONE is '" ~ zone ~ "', which is not an IANA time zone such as America/Bogota."
            ) }}
        {% endif %}
    {% endif %}
{%- endmacro %}
