{% macro planted_weight(evidence, events) -%}
    {{ evidence }}.weight * coalesce(1 / {{ events }}.duration_seconds, 1)
{%- endmacro %}
