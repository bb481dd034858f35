{% materialization incremental, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{% materialization touched, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{% materialization daily, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{% macro spark__location_clause() -%}
    location '{{ invocation_id }}/{{ model.alias }}'
{%- endmacro %}
