-- The events of a student and date are those of the parts of that date.
with

parts as (

    select
        student_key,
        activity_date,
        sum(event_count) as events
    from {{ changed_rows(ref('time_on_task')) }}
    group by student_key, activity_date
    having sum(event_count) > 0

)

select
    coalesce(parts.student_key, counts.student_key) as student_key,
    coalesce(parts.activity_date, counts.activity_date) as activity_date
from parts
full outer join {{ changed_rows(ref('activity_counts')) }} as counts
    on
        parts.student_key = counts.student_key
        and parts.activity_date = counts.activity_date
where parts.events is distinct from counts.events
