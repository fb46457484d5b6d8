{{ config(group='learning') }}

-- For each section and standard, the students of all statuses are the
-- students enrolled.
with

enrolled as (

    select
        section_id,
        count(*) as students
    from {{ ref('int_evidence_classes') }}
    group by section_id

),

counted as (

    select
        section_id,
        standard_id,
        sum(students) as students
    from {{ ref('class_mastery') }}
    group by section_id, standard_id

)

select
    counted.section_id,
    counted.standard_id
from counted
left join enrolled on counted.section_id = enrolled.section_id
where counted.students is distinct from enrolled.students
