{% macro pseudonym(buyer_id) -%}
    left(md5({{ buyer_id }}), 16)
{%- endmacro %}

{#- serve/snapshot.py reads this file too. -#}
{% macro fits(customers, segments) -%}
    (
        {{ customers }}.days_since_purchase <= {{ segments }}.most_days
        and {{ customers }}.orders >= {{ segments }}.fewest_orders
        and {{ customers }}.revenue >= {{ segments }}.least_revenue
        or {{ segments }}.is_last
    )
{%- endmacro %}
