{# How dbt writes the values of a unit test. What identifies an event may be a
   word there: its letters are the first digits of a UUID, so that words keep
   their order. #}
{% macro duckdb__safe_cast(field, type) -%}
    {%- if type | lower == 'uuid' and field != 'null' -%}
        coalesce(
            try_cast({{ field }} as uuid),
            cast(rpad(left(lower(hex({{ field }})), 32), 32, '0') as uuid)
        )
    {%- else -%}
        {{ dbt.default__safe_cast(field, type) }}
    {%- endif -%}
{%- endmacro %}
