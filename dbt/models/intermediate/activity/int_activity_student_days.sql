with

unions as (

    select * from {{ ref('int_activity_unions') }}

),

events as (

    select * from {{ ref('int_activity_timed') }}

),

enrollments as (

    select * from {{ ref('int_enrollments_dated') }}

),

students as (

    select * from {{ ref('stg_oneroster__students') }}

),

school_days as (

    select * from {{ ref('stg_plumbline__school_days') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

student_days as (

    select
        student_key,
        activity_date
    from unions

    union

    select
        events.student_key,
        events.occurred_date as activity_date
    from events
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_activity_days_to_build') }} as days_to_build
        on
            events.student_key = days_to_build.student_key
            and events.occurred_date = days_to_build.activity_date
    {% endif %}

),

schools_by_enrollment as (

    select
        student_days.student_key,
        student_days.activity_date,
        arg_min(enrollments.school_id, enrollments.section_id) as school_id
    from student_days
    inner join enrollments
        on
            student_days.student_key = enrollments.person_key
            and student_days.activity_date >= enrollments.starts_on
            and student_days.activity_date < enrollments.ends_on
    where enrollments.role = 'student'
    group by student_days.student_key, student_days.activity_date

),

placed as (

    select
        student_days.student_key,
        student_days.activity_date,
        coalesce(
            schools_by_enrollment.school_id, students.school_id
        ) as school_id
    from student_days
    left join schools_by_enrollment
        on
            student_days.student_key = schools_by_enrollment.student_key
            and student_days.activity_date
            = schools_by_enrollment.activity_date
    left join students
        on student_days.student_key = students.student_key

),

final as (

    select
        placed.student_key,
        placed.school_id,
        coalesce(school_days.is_instructional, false) as is_instructional,
        placed.activity_date,
        epoch_us(
            timezone(settings.zone, placed.activity_date + school_days.opens_at)
        ) as opens_us,
        epoch_us(
            timezone(
                settings.zone, placed.activity_date + school_days.closes_at
            )
        ) as closes_us
    from placed
    left join school_days
        on
            placed.school_id = school_days.school_id
            and placed.activity_date = school_days.date
    cross join settings

)

select * from final
