with

unions as (

    select * from {{ ref('int_activity_unions') }}

),

events as (

    select * from {{ ref('int_activity_timed') }}

),

student_schools as (

    select * from {{ ref('stg_plumbline__student_schools') }}

),

school_zones as (

    select * from {{ ref('stg_plumbline__school_zones') }}

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

placed as (

    select
        student_days.student_key,
        student_days.activity_date,
        student_schools.school_id
    from student_days
    left join student_schools
        on
            student_days.student_key = student_schools.student_key
            and student_days.activity_date >= student_schools.starts_on
            and student_days.activity_date < student_schools.ends_on

),

bells as (

    select
        school_days.school_id,
        school_days.date,
        school_days.is_instructional,
        epoch_us(
            timezone(
                coalesce(school_zones.zone, settings.zone),
                school_days.date + school_days.opens_at
            )
        ) as opens_us,
        epoch_us(
            timezone(
                coalesce(school_zones.zone, settings.zone),
                school_days.date + school_days.closes_at
            )
        ) as closes_us
    from school_days
    left join school_zones on school_days.school_id = school_zones.school_id
    cross join settings

),

final as (

    select
        placed.student_key,
        placed.school_id,
        coalesce(bells.is_instructional, false) as is_instructional,
        placed.activity_date,
        bells.opens_us,
        bells.closes_us
    from placed
    left join bells
        on
            placed.school_id = bells.school_id
            and placed.activity_date = bells.date

)

select * from final
