{{ config(group='proxies') }}

-- Cutting at midnight and at the bells loses nothing: the parts of a student's
-- days are as long as the union, up to the end of the date of the build.
with

last_moments as (

    select max(ends_us) as last_us
    from {{ ref('int_activity_dates') }}

),

stretches as (

    select
        unions.student_key,
        unions.bound,
        greatest(
            least(unions.ends_us, last_moments.last_us) - unions.starts_us, 0
        ) / 60000000 as minutes
    from {{ ref('int_activity_unions') }} as unions
    cross join last_moments

),

unions as (

    select
        student_key,
        sum(minutes) filter (where bound = 'low') as low,
        sum(minutes) filter (where bound = 'mid') as mid,
        sum(minutes) filter (where bound = 'high') as high
    from stretches
    group by student_key

),

parts as (

    select
        student_key,
        sum(minutes_low) as low,
        sum(minutes_mid) as mid,
        sum(minutes_high) as high
    from {{ ref('time_on_task') }}
    group by student_key

)

select
    coalesce(parts.student_key, unions.student_key) as student_key,
    unions.low as union_low,
    parts.low as parts_low,
    unions.mid as union_mid,
    parts.mid as parts_mid,
    unions.high as union_high,
    parts.high as parts_high
from parts
full outer join unions on parts.student_key = unions.student_key
where
    abs(coalesce(unions.low, 0) - coalesce(parts.low, 0)) > 0.0001
    or abs(coalesce(unions.mid, 0) - coalesce(parts.mid, 0)) > 0.0001
    or abs(coalesce(unions.high, 0) - coalesce(parts.high, 0)) > 0.0001
