{{ config(group='learning') }}

-- What is tested of the rows of the table holds for the mart: it has each of
-- them once.
with

shown as (

    select count(*) as shown_rows
    from {{ ref('mastery_evidence') }}

),

stored as (

    select count(*) as stored_rows
    from {{ ref('int_evidence_weighted') }}

)

select
    shown.shown_rows,
    stored.stored_rows
from shown
cross join stored
where shown.shown_rows <> stored.stored_rows
