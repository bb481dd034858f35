{% macro publish_tables(build) -%}
    {{ return(adapter.dispatch('publish_tables')(build)) }}
{%- endmacro %}

{% macro default__publish_tables(build) -%}
    {% do adapter.store_relation('publisher', none, [], '', '', build) %}
{%- endmacro %}

{% macro spark__publish_tables(build) -%}
    {% do build.update({'warehouse': env_var('WAREHOUSE_DIR', 'warehouse'), 'folder': target.schema ~ '.db/' ~ invocation_id}) %}
    {% do run_query(
        "create or replace temporary view publication using publication options (build '" ~ spark_text(tojson(build)) ~ "')"
    ) %}
    {% do print(run_query("select message from publication").columns[0].values()[0]) %}
{%- endmacro %}
