{% macro spark__location_clause() -%}
    location '{{ invocation_id }}/{{ model.alias }}'
{%- endmacro %}

{# A mart whose rows are about a day lies in a folder for each day: who asks about some days reads those only. #}
{% macro spark__partition_cols(label, required=false) -%}
    {%- if model.fqn[1] == 'marts' and 'event_date' in model.columns -%} {{ label }} (event_date) {%- endif -%}
{%- endmacro %}
