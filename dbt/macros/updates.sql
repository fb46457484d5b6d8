{#
    A build either makes everything or brings the tables of an earlier build,
    its baseline, up to date. `var('baseline_build_id')` says which: it is
    empty where everything is made. Each stored row has the `baseline_batch` of
    the build that wrote it. What one build wrote lies together, so that it is
    found without looking at all rows.
#}

{# The relation of a model of the same schema as the baseline left it: to be
   read before that model is built, which therefore is no reference. #}
{% macro as_built(model) -%}
    {{ this.database }}.{{ this.schema }}.{{ model }}
{%- endmacro %}

{# A hook of lists of changed keys: only what changed since the baseline is
   kept, which is what an attempt before this one may have written. #}
{% macro forget_other_baselines() -%}
    {%- if var('baseline_build_id') -%}
        delete from {{ this }}
        where baseline_build_id <> '{{ var("baseline_build_id") }}'
    {%- endif -%}
{%- endmacro %}

{# A hook of what is counted by batch: batches after those of the baseline are
   counted anew, also those that an attempt before this one may have counted. #}
{% macro forget_later_batches() -%}
    {%- if var('baseline_build_id') -%}
        delete from {{ this }}
        where batch_number > {{ var('baseline_batch') }}
    {%- endif -%}
{%- endmacro %}

{# A hook of stored models: the rows of changed keys go, whatever comes in
   their place. The keys are what `meta.changed_keys` of the model names. #}
{% macro delete_changed_rows() -%}
    {%- if var('baseline_build_id') -%}
        {%- set changed = model.config.meta.changed_keys -%}
        delete from {{ this }} as stored
        using {{ this.database }}.intermediate.{{ changed.list }} as changed
        where {{ equal_keys('stored', 'changed', changed.columns) }}
    {%- endif -%}
{%- endmacro %}

{# The rows of a relation that this build may have written. Those of a stored
   table say after which batch they were written: nothing is read of the rows
   that lie before. #}
{% macro changed_rows(relation) -%}
    {%- set changed = changed_keys_of(relation) -%}
    {%- if var('baseline_build_id') and changed -%}
        (
            select stored.*
            from {{ relation }} as stored
            semi join {{ relation.database }}.intermediate.{{ changed.list }} as changed
                on {{ equal_keys('stored', 'changed', changed.columns) }}
            {%- if is_stored(relation) %}
            where stored.baseline_batch = {{ var('baseline_batch') }}
            {%- endif %}
        )
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# `columns` maps the columns of the stored rows to those of the list. #}
{% macro equal_keys(stored, changed, columns) -%}
    {%- for column, key in columns.items() -%}
        {{ ' and ' if not loop.first }}{{ stored }}.{{ column }} = {{ changed }}.{{ key }}
    {%- endfor -%}
{%- endmacro %}

{% macro node_of(relation) -%}
    {%- set node = graph.nodes.get('model.plumbline.' ~ relation.identifier) if execute -%}
    {%- if node and node.schema == relation.schema -%}
        {{ return(node) }}
    {%- endif -%}
{%- endmacro %}

{% macro changed_keys_of(relation) -%}
    {%- set node = node_of(relation) -%}
    {{ return(node.config.meta.get('changed_keys') if node) }}
{%- endmacro %}

{% macro is_stored(relation) -%}
    {{ return(node_of(relation).config.materialized == 'incremental') }}
{%- endmacro %}

{# Outside of the changed keys a build that updates has written no row: tests
   look at the changed rows only. What dbt calls here is each generic test. #}
{% macro get_where_subquery(relation) -%}
    {%- set rows = changed_rows(relation) -%}
    {%- if rows | trim == relation | string -%}
        {{ return(default__get_where_subquery(relation)) }}
    {%- else -%}
        {{ return(rows ~ ' as changed_rows') }}
    {%- endif -%}
{%- endmacro %}
