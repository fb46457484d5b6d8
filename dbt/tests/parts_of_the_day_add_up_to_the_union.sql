{{ config(group='proxies') }}

-- Cutting at the bells loses nothing: the parts of a student's date are as
-- long as the union of the intervals on it.
with

unions as (

    select
        student_key,
        activity_date,
        sum(ends_us - starts_us) filter (where bound = 'low') / 60000000 as low,
        sum(ends_us - starts_us) filter (where bound = 'mid') / 60000000 as mid,
        sum(ends_us - starts_us) filter (where bound = 'high') / 60000000
            as high
    from {{ ref('int_activity_unions') }}
    group by student_key, activity_date

),

parts as (

    select
        student_key,
        activity_date,
        sum(minutes_low) as low,
        sum(minutes_mid) as mid,
        sum(minutes_high) as high
    from {{ changed_rows(ref('time_on_task')) }}
    group by student_key, activity_date

)

select
    coalesce(parts.student_key, unions.student_key) as student_key,
    coalesce(parts.activity_date, unions.activity_date) as activity_date,
    unions.low as union_low,
    parts.low as parts_low,
    unions.mid as union_mid,
    parts.mid as parts_mid,
    unions.high as union_high,
    parts.high as parts_high
from parts
full outer join unions
    on
        parts.student_key = unions.student_key
        and parts.activity_date = unions.activity_date
where
    abs(coalesce(unions.low, 0) - coalesce(parts.low, 0)) > 0.0001
    or abs(coalesce(unions.mid, 0) - coalesce(parts.mid, 0)) > 0.0001
    or abs(coalesce(unions.high, 0) - coalesce(parts.high, 0)) > 0.0001
