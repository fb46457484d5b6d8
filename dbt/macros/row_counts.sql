{# One row where a mart has not as many rows as the table that it shows: what is
   tested of the rows of the table holds for the mart where it has each once. #}
{% macro compare_row_counts(mart, table) %}
with

shown as (

    select count(*) as shown_rows
    from {{ mart }}

),

stored as (

    select count(*) as stored_rows
    from {{ table }}

)

select
    shown.shown_rows,
    stored.stored_rows
from shown
cross join stored
where shown.shown_rows <> stored.stored_rows
{% endmacro %}
