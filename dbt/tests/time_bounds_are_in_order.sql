-- low <= mid <= high, for each student, date and part of the day.
select
    student_key,
    activity_date,
    day_part
from {{ changed_rows(ref('time_on_task')) }}
where
    minutes_low > minutes_mid
    or minutes_mid > minutes_high
