{{ config(group='proxies') }}

-- What activities are credited with, and the union of a student's time, agree.
with

unions as (

    select
        student_key,
        activity_date,
        sum(low_us) as low_us,
        sum(mid_us) as mid_us,
        sum(high_us) as high_us
    from {{ changed_rows(ref('int_activity_day_totals')) }}
    group by student_key, activity_date

),

activities as (

    select
        student_key,
        activity_date,
        sum(low_us) as low_us,
        sum(mid_us) as mid_us,
        sum(high_us) as high_us
    from {{ changed_rows(ref('int_activity_attributed_totals')) }}
    group by student_key, activity_date

)

select
    unions.student_key,
    unions.activity_date
from unions
left join activities
    on
        unions.student_key = activities.student_key
        and unions.activity_date = activities.activity_date
where
    unions.low_us <> coalesce(activities.low_us, 0)
    or unions.mid_us <> coalesce(activities.mid_us, 0)
    or unions.high_us <> coalesce(activities.high_us, 0)
