-- A mart of proxies, read as it is.
select
    mastery.student_key,
    mastery.estimate * (1 + minutes.minutes_mid / 1000) as estimate
from {{ ref('mastery') }} as mastery
inner join {{ ref('time_on_task') }} as minutes
    on mastery.student_key = minutes.student_key
