with

enrollments as (

    select * from {{ ref('int_enrollments_dated') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

final as (

    select distinct
        enrollments.section_id,
        enrollments.person_key as student_key
    from enrollments
    inner join settings
        on
            enrollments.starts_on <= settings.as_of_date
            and enrollments.ends_on > settings.as_of_date
    where enrollments.role = 'student'

)

select * from final
