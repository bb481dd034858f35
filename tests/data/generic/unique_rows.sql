{% test unique_rows(model, columns, session_id=none) %}
select {{ columns | join(', ') }}
from {{ model }}
{% if session_id %}
    -- depends_on: {{ ref('stg_touched_events') }}
    where {{ session_id }} is null or {{ may_be_otherwise(session_id) }}
{% endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
