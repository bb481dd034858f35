{% test no_nulls(model, columns, session_id) %}
-- depends_on: {{ ref('stg_touched_sessions') }}
select {{ columns | join(', ') }}
from {{ model }}
where
    ({{ session_id }} is null or {{ may_be_otherwise(session_id) }})
    and ({{ columns | join(' is null or ') }} is null)
{% endtest %}
