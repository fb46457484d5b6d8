with

episodes as (

    select * from {{ ref('practice_episodes') }}

),

enrollments as (

    select distinct
        section_id,
        person_key,
        starts_on,
        ends_on
    from {{ ref('int_enrollments_dated') }}
    where role = 'student'

)

select
    enrollments.section_id,
    count(distinct (episodes.student_key, episodes.standard_id)) as episodes
from episodes
inner join enrollments
    on
        episodes.student_key = enrollments.person_key
        and enrollments.starts_on <= episodes.week_start_date
        and enrollments.ends_on > episodes.week_start_date
group by enrollments.section_id
having count(distinct (episodes.student_key, episodes.standard_id)) > 5
