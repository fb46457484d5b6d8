with

episodes as (

    select * from {{ ref('practice_episodes') }}

),

enrollments as (

    select * from {{ ref('int_enrollments_dated') }}
    where role = 'student'

),

shown as (

    select distinct
        enrollments.section_id,
        episodes.student_key,
        episodes.standard_id
    from episodes
    inner join enrollments
        on
            episodes.student_key = enrollments.person_key
            and episodes.week_start_date >= enrollments.starts_on
            and episodes.week_start_date < enrollments.ends_on

)

select
    section_id,
    count(*) as episodes
from shown
group by section_id
having count(*) > 5
