with

classes as (

    select * from {{ ref('int_evidence_classes') }}

),

sections as (

    select * from {{ ref('stg_oneroster__sections') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

discounted as (

    select * from {{ ref('int_evidence_discounted') }}

),

untagged as (

    select * from {{ ref('int_evidence_untagged') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

enrolled as (

    select
        classes.section_id,
        coalesce(sections.course_code, classes.section_id) as course,
        count(*) as students_enrolled
    from classes
    inner join sections on classes.section_id = sections.section_id
    group by classes.section_id, course

),

with_evidence as (

    select
        classes.section_id,
        discounted.standard_id,
        count(*) as students_with_evidence
    from classes
    inner join discounted on classes.student_key = discounted.student_key
    group by classes.section_id, discounted.standard_id

),

untagged_by_section as (

    select
        classes.section_id,
        count(*) as untagged_evidence_count
    from classes
    inner join untagged on classes.student_key = untagged.student_key
    where untagged.is_included
    group by classes.section_id

),

levels as (

    select
        standard_id,
        framework_id,
        unnest(
            case
                when len(education_levels) > 0 then education_levels
                else ['every level']
            end
        ) as education_level
    from standards

),

-- What the sections of a course are assessed on tells which frameworks and
-- levels the course is about.
levels_of_courses as (

    select distinct
        enrolled.course,
        levels.framework_id,
        levels.education_level
    from with_evidence
    inner join enrolled on with_evidence.section_id = enrolled.section_id
    inner join levels on with_evidence.standard_id = levels.standard_id

),

-- Standards with others below them are not assessed, nor are those that others
-- took the place of. Of a ring nobody can say which one is in use.
assessable as (

    select levels.*
    from levels
    inner join standards on levels.standard_id = standards.standard_id
    anti join standards as children
        on levels.standard_id = children.parent_id
    where standards.succession in ('current', 'circular')

),

of_courses as (

    select distinct
        levels_of_courses.course,
        assessable.standard_id
    from levels_of_courses
    inner join assessable
        on
            levels_of_courses.framework_id = assessable.framework_id
            and assessable.education_level
            in (levels_of_courses.education_level, 'every level')

),

covered as (

    select
        enrolled.section_id,
        of_courses.standard_id
    from enrolled
    inner join of_courses on enrolled.course = of_courses.course

    union

    select
        section_id,
        standard_id
    from with_evidence

),

final as (

    select
        covered.section_id,
        covered.standard_id,
        standards.parent_id,
        enrolled.students_enrolled,
        coalesce(with_evidence.students_with_evidence, 0)
            as students_with_evidence,
        coalesce(untagged_by_section.untagged_evidence_count, 0)
            as untagged_evidence_count,
        '{{ var("build_id") }}' as build_id,
        parameters.mastery_version as definition_version,
        parameters.mastery_hash as definition_hash
    from covered
    inner join enrolled on covered.section_id = enrolled.section_id
    inner join standards on covered.standard_id = standards.standard_id
    left join with_evidence
        on
            covered.section_id = with_evidence.section_id
            and covered.standard_id = with_evidence.standard_id
    left join untagged_by_section
        on covered.section_id = untagged_by_section.section_id
    cross join parameters

)

select * from final
