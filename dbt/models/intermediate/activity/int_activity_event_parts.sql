with

events as (

    select * from {{ ref('int_activity_timed') }}

),

student_days as (

    select * from {{ ref('int_activity_student_days') }}

),

placed as (

    select
        events.student_key,
        events.occurred_date as activity_date,
        case
            when not student_days.is_instructional then 'weekend_or_holiday'
            when
                events.occurred_us >= student_days.opens_us
                and events.occurred_us < student_days.closes_us
                then 'school'
            else 'home'
        end as day_part,
        events.is_set_aside
    from events
    inner join student_days
        on
            events.student_key = student_days.student_key
            and events.occurred_date = student_days.activity_date

),

final as (

    select
        student_key,
        activity_date,
        day_part,
        count(*) as event_count,
        count(*) filter (where is_set_aside) as set_aside_count
    from placed
    group by student_key, activity_date, day_part

)

select * from final
