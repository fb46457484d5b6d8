{#
    Put a model into the schema that dbt_project.yml names, without a prefix:
    readers know the schemas by these names (marts contract).
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
