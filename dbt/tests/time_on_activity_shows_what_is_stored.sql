{{ config(group='proxies') }}

-- What is tested of the rows of the table holds for the mart: it has each of
-- them once.
with

shown as (

    select count(*) as shown_rows
    from {{ ref('time_on_activity') }}

),

stored as (

    select count(*) as stored_rows
    from {{ ref('int_activity_by_activity') }}

)

select
    shown.shown_rows,
    stored.stored_rows
from shown
cross join stored
where shown.shown_rows <> stored.stored_rows
