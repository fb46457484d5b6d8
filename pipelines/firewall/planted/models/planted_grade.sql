-- A bar by grade.
select
    mastery.student_key,
    case
        when students.grade_band = '6-8' then mastery.estimate
        else mastery.interval_low
    end as estimate
from {{ ref('mastery') }} as mastery
inner join {{ ref('students') }} as students
    on mastery.student_key = students.student_key
