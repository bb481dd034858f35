{#- serve/snapshot.py reads this file too, for orders with events after now. -#}
{% macro with_shared_revenue(touches) -%}
(
    select
        *,
        {% for model in ('first', 'last', 'last_non_direct') -%}
            case when {{ model }}_share = 1 then net_revenue else 0 end as {{ model }}_revenue,
        {% endfor -%}
        {% for model in ('linear', 'position', 'time_decay') -%}
            case
                when touch_number = touches
                    then cast(net_revenue as decimal(30, 4)) + {{ model }}_cents - sum({{ model }}_cents) over order_touches
                else {{ model }}_cents
            end as {{ model }}_revenue{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select
            *,
            {% for model in ('linear', 'position', 'time_decay') -%}
                case
                    when touches = 1 or net_revenue > 100000000000000 then 0
                    else cast(round(cast(net_revenue as decimal(20, 4)) * {{ model }}_share, 2) as decimal(24, 4))
                end as {{ model }}_cents{{ ',' if not loop.last }}
            {% endfor %}
        from {{ touches }}
    ) as touches_in_cents
    window order_touches as (partition by order_key)
)
{%- endmacro %}

{% macro attribution_models() -%}
    first,last,last_non_direct,linear,position,time_decay
{%- endmacro %}

{% macro summed_shares() -%}
    {% for model in attribution_models().split(',') -%}
        sum({{ model }}_share) as {{ model }}_share,
        sum({{ model }}_revenue) as {{ model }}_revenue{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{% macro in_each_model(touches, columns) -%}
(
    {% for model in attribution_models().split(',') -%}
        select
            {{ columns }},
            '{{ model }}' as model,
            {{ model }}_share as orders,
            {{ model }}_revenue as revenue,
            case when is_first_order then {{ model }}_share else 0 end as new_buyers
        from {{ touches }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)
{%- endmacro %}
