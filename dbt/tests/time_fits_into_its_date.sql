{{ config(group='proxies') }}

-- Nobody has more minutes on a date than the date has: 23, 24 or 25 hours.
with

minutes as (

    select
        student_key,
        activity_date,
        sum(minutes_high) as minutes_high
    from {{ changed_rows(ref('time_on_task')) }}
    group by student_key, activity_date

)

select
    minutes.student_key,
    minutes.activity_date
from minutes
inner join {{ ref('int_activity_dates') }} as dates
    on minutes.activity_date = dates.activity_date
where
    minutes.minutes_high
    > (dates.ends_us - dates.starts_us) / 60000000 + 0.0001
