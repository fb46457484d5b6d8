-- What is counted of a date is among its events.
select
    student_key,
    activity_date
from {{ changed_rows(ref('activity_counts')) }}
where
    repeat_attempts > attempts
    or attempts + hints + completions > events
    or self_chosen + goals_set_by_student > events
