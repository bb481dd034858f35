{% test unique_rows(model, columns) %}
    select {{ columns }}
    from {{ model }}
    group by {{ columns }}
    having count(*) > 1
{% endtest %}
