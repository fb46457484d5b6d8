-- One table with what is known and what was done.
select
    mastery.student_key,
    mastery.estimate,
    minutes.minutes_mid
from {{ ref('mastery') }} as mastery
left join {{ ref('time_on_task') }} as minutes
    on mastery.student_key = minutes.student_key
