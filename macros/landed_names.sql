{% macro first_of(field) -%}
    {%- set places = var('field_names')[field] -%}
    coalesce({% for place in places %}{{ value_at(place) }}{{ ', ' if not loop.last }}{% endfor %}, null)
{%- endmacro %}

{% macro value_at(place) -%}
    {%- set name, _, within = place.partition('.') -%}
    {%- if within -%}
        nullif({{ 'metadata_object' if name == 'metadata' else 'fields."' ~ name ~ '"' }} -> '/{{ within | replace('.', '/') }}', 'null')
    {%- else -%}
        fields."{{ name }}"
    {%- endif -%}
{%- endmacro %}

{% macro item_value(field) -%}
    case
        when json_type(item) = 'OBJECT'
            then coalesce(
                {% for name in var('item_names')[field] %}nullif(item -> '/{{ name | replace('.', '/') }}', 'null'), {% endfor %}
                null
            )
        {% if field == 'product_slug' %} else item {% endif %}
    end
{%- endmacro %}

{% macro names_of_fields() -%}
    {%- set names = [] -%}
    {%- for places in var('field_names').values() -%}
        {%- for place in places if place.split('.')[0] not in names -%}
            {%- do names.append(place.split('.')[0]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro with_known_names(row, text) -%}
    {%- set known = "['" ~ names_of_fields() | join("', '") ~ "']" -%}
    {%- set found = "name not in " ~ known ~ " and " ~ trimmed_name('name') ~ " in " ~ known | lower -%}
    case
        -- Asked of the text first, because taking a row apart takes much longer.
        when regexp_matches({{ text }}, '[A-Z\s][^"]*"\s*:')
            and len(list_filter(json_keys({{ row }}), lambda name: {{ found }})) > 0
            then cast('{' || array_to_string(list_transform(
                list_sort(list_transform(
                    json_keys({{ row }}), lambda name: {'is_other': name not in {{ known }}, 'name': name}
                )),
                lambda field: cast(to_json(coalesce(
                    {{ known }}[list_position({{ known | lower }}, {{ trimmed_name('field.name') }})], field.name
                )) as varchar)
                || ':' || cast({{ row }} -> ('/' || replace(replace(field.name, '~', '~0'), '/', '~1')) as varchar)
            ), ',') || '}' as json)
        else {{ row }}
    end
{%- endmacro %}

{% macro fields_of(row) -%}
    from_json(
        {{ row }},
        '{ {%- for name in names_of_fields() %}"{{ name }}": "JSON"{{ ', ' if not loop.last }}{% endfor -%} }'
    )
{%- endmacro %}

{% macro trimmed_name(name) -%}
    lower(regexp_replace({{ name }}, '^\s+|\s+$', '', 'g'))
{%- endmacro %}

{% macro event_type_of() -%}
    coalesce(
        {% for place in var('field_names')['event_type'] %}
            {% if loop.first %}
                {{ json_text(value_at(place)) }},
            {% else %}
                case
                    when {{ json_text(value_at(place)) }} not in ('{{ var('no_event_types') | join("', '") }}')
                        then {{ json_text(value_at(place)) }}
                end,
            {% endif %}
        {% endfor %}
        null
    )
{%- endmacro %}

{% macro money_of_event() -%}
    list_filter(
        list_transform(
            [{% for place in var('field_names')['value'] %}{{ price_text(value_at(place)) }}{{ ', ' if not loop.last }}{% endfor %}],
            lambda text: {{ price_of('text') }}
        ),
        lambda price: price is not null
    )[1]
{%- endmacro %}

{% macro money_of_items() -%}
    try_cast(list_sum(list_transform(
        items,
        lambda item: {{ price_of(price_text(item_value('price'))) }}
        * coalesce({{ quantity_of(json_text(item_value('quantity'))) }}, 1)
    )) as decimal(24, 4))
{%- endmacro %}
