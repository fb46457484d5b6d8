{{ config(group='proxies') }}

-- Nobody has more minutes on a date than the date has: 23, 24 or 25
-- hours, or as many more or less as lie between two zones.
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
inner join {{ ref('int_local_dates') }} as dates
    on minutes.activity_date = dates.local_date
left join {{ ref('int_local_dates_elsewhere') }} as dates_elsewhere
    on
        minutes.student_key = dates_elsewhere.student_key
        and minutes.activity_date = dates_elsewhere.local_date
where
    minutes.minutes_high
    > coalesce(
        dates_elsewhere.ends_us - dates_elsewhere.starts_us,
        dates.ends_us - dates.starts_us
    ) / 60000000 + 0.0001
