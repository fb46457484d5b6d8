{#
    Relations are replaced in one statement. dbt's own way is to make them
    under another name, to move the old one away, to rename and to drop, so
    that readers keep theirs; no reader sees a warehouse that is built, and
    for small tables the way around costs more than the table.
#}

{% materialization view, adapter='duckdb' -%}
    {%- set view = replaced(this.incorporate(type='view')) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        create or replace view {{ view }} as (
            {{ sql }}
        )
    {%- endcall -%}
    {%- do persist_docs(view, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [view]}) }}
{%- endmaterialization %}

{% materialization table, adapter='duckdb' -%}
    {%- set table = replaced(this.incorporate(type='table')) -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ table }}
            {{ get_table_columns_and_constraints() }};
            insert into {{ table }} {{ get_column_names() }} (
                {{ get_select_subquery(sql) }}
            )
        {%- else -%}
            create or replace table {{ table }} as (
                {{ sql }}
            )
        {%- endif -%}
    {%- endcall -%}
    {%- do persist_docs(table, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [table]}) }}
{%- endmaterialization %}

{# The relation to be made, where one of the other kind stands in its way no longer. #}
{% macro replaced(relation) -%}
    {%- set existing = load_cached_relation(relation) -%}
    {%- if existing and existing.type != relation.type -%}
        {%- do drop_relation_if_exists(existing) -%}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
