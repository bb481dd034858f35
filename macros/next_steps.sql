{% macro with_next_step(events, next_step, later_columns) -%}
    {%- set columns = [
        'person_id', 'session_id', 'event_number', 'source', 'among_source', 'has_one_source', 'occurred_at', 'value'
    ] -%}
    {%- set known_of_next = ['occurred_at', 'value'] + later_columns -%}
    select
        {{ columns | join(', ') }},
        following_step.occurred_at as {{ next_step }}_at,
        following_step.value as {{ next_step }}_value
        {%- for column in later_columns %},
            following_step.{{ column }} as {{ column }}
        {%- endfor %}
    from (
        select
            *,
            {{ first_record(known_of_next, 'is_next_step') }} over (
                partition by person_id, among_source
                order by occurred_at, is_next_step, value desc
                rows between current row and unbounded following
            ) as following_step
        from (
            select
                {{ columns | join(', ') }},
                {%- for column in later_columns %}
                    cast(null as {{ 'timestamp' if column.endswith('_at') else 'decimal(38, 4)' }}) as {{ column }},
                {%- endfor %}
                false as is_next_step
            from {{ events }}
            union all
            select
                {{ (columns + later_columns) | join(', ') }},
                true as is_next_step
            from from_{{ next_step }}
        ) as both_steps
    ) as followed_steps
    where not is_next_step
{%- endmacro %}
