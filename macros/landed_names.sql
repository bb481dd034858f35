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

{% macro fields_of(row) -%}
    from_json(
        {{ row }},
        '{ {%- for name in names_of_fields() %}"{{ name }}": "JSON"{{ ', ' if not loop.last }}{% endfor -%} }'
    )
{%- endmacro %}

{% macro with_known_names(row, text) -%}
    {%- set known = "['" ~ names_of_fields() | join("', '") ~ "']" -%}
    case
        -- The text is searched first, because parsing a row takes much longer.
        when regexp_matches({{ text }}, '[A-Z\s][^"]*"\s*:')
            and len(list_filter(
                json_keys({{ row }}),
                lambda name: name not in {{ known }} and {{ trimmed_name('name') }} in {{ known | lower }}
            )) > 0
            then cast('{' || array_to_string(list_transform(
                list_sort(list_transform(
                    json_keys({{ row }}),
                    lambda name, place: {'is_other': name not in {{ known }}, 'place': place, 'name': name}
                )),
                lambda field: cast(to_json(coalesce(
                    {{ known }}[list_position({{ known | lower }}, {{ trimmed_name('field.name') }})], field.name
                )) as varchar)
                || ':' || cast({{ row }} -> ('/' || replace(replace(field.name, '~', '~0'), '/', '~1')) as varchar)
            ), ',') || '}' as json)
        else {{ row }}
    end
{%- endmacro %}

{% macro trimmed_name(name) -%}
    lower(regexp_replace({{ name }}, '^\s+|\s+$', '', 'g'))
{%- endmacro %}

{% macro event_type_of() -%}
    {%- set own, others = var('field_names')['event_type'][0], var('field_names')['event_type'][1:] -%}
    coalesce(
        {{ json_text(value_at(own)) }},
        list_filter(
            list_transform([{% for place in others %}{{ value_at(place) }}, {% endfor %}null], lambda found: {{ json_text('found') }}),
            lambda name: name not in ('{{ var('no_event_types') | join("', '") }}')
        )[1]
    )
{%- endmacro %}

{% macro first_money(field, is_known) -%}
    list_filter(
        list_transform(
            list_transform(
                [{% for place in var('field_names')[field] %}{{ value_at(place) }}{{ ', ' if not loop.last }}{% endfor %}],
                lambda found: {{ price_text('found') }}
            ),
            lambda text: {{ price_of('text') }}
        ),
        lambda price: {{ is_known }}
    )[1]
{%- endmacro %}

{% macro has_money_of_event() -%}
    coalesce({% for place in var('field_names')['value'] %}{{ value_at(place) }}{{ ', ' if not loop.last }}{% endfor %}) is not null
{%- endmacro %}

{% macro money_of_items() -%}
    try_cast(list_sum(list_transform(
        list_transform(
            list_transform(
                items, lambda item: {'price': {{ item_value('price') }}, 'quantity': {{ item_value('quantity') }}}
            ),
            lambda found: {
                'price': {{ price_text('found.price') }},
                'quantity': {{ json_text('found.quantity') }}
            }
        ),
        lambda found: {{ line_amount(price_of('found.price'), 'coalesce(' ~ quantity_of('found.quantity') ~ ', 1)') }}
    )) as decimal(24, 4))
{%- endmacro %}
