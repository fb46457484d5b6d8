with

classes as (

    select * from {{ ref('int_evidence_classes') }}

),

mastery as (

    select * from {{ ref('mastery') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

standards_of_classes as (

    select distinct
        classes.section_id,
        mastery.standard_id
    from classes
    inner join mastery on classes.student_key = mastery.student_key

),

statuses as (

    select
        classes.section_id,
        standards_of_classes.standard_id,
        coalesce(mastery.status, 'insufficient_evidence') as status
    from standards_of_classes
    inner join classes
        on standards_of_classes.section_id = classes.section_id
    left join mastery
        on
            classes.student_key = mastery.student_key
            and standards_of_classes.standard_id = mastery.standard_id

),

counted as (

    select
        section_id,
        standard_id,
        status,
        count(*) as students
    from statuses
    group by section_id, standard_id, status

),

final as (

    select
        counted.section_id,
        counted.standard_id,
        standards.parent_id,
        counted.status,
        counted.students,
        '{{ var("build_id") }}' as build_id,
        parameters.mastery_version as definition_version,
        parameters.mastery_hash as definition_hash
    from counted
    left join standards on counted.standard_id = standards.standard_id
    cross join parameters

)

select * from final
