with

unions as (

    select * from {{ ref('int_activity_unions') }}

),

student_days as (

    select * from {{ ref('int_activity_student_days') }}

),

-- greatest and least skip nulls: without bells nothing lies between them.
split as (

    select
        unions.student_key,
        unions.bound,
        unions.activity_date,
        student_days.is_instructional,
        unions.ends_us - unions.starts_us as length_us,
        case
            when
                student_days.is_instructional
                and student_days.opens_us is not null
                and student_days.closes_us is not null
                then greatest(
                    least(unions.ends_us, student_days.closes_us)
                    - greatest(unions.starts_us, student_days.opens_us),
                    0
                )
            else 0
        end as school_us
    from unions
    inner join student_days
        on
            unions.student_key = student_days.student_key
            and unions.activity_date = student_days.activity_date

),

parts as (

    select
        student_key,
        bound,
        activity_date,
        unnest(['school', 'home', 'weekend_or_holiday']) as day_part,
        unnest([
            school_us,
            case when is_instructional then length_us - school_us else 0 end,
            case when is_instructional then 0 else length_us end
        ]) as credited_us
    from split

),

final as (

    select
        student_key,
        activity_date,
        day_part,
        cast(
            sum(credited_us) filter (where bound = 'trusted') as bigint
        ) as trusted_us,
        cast(sum(credited_us) filter (where bound = 'low') as bigint) as low_us,
        cast(sum(credited_us) filter (where bound = 'mid') as bigint) as mid_us,
        cast(
            sum(credited_us) filter (where bound = 'high') as bigint
        ) as high_us
    from parts
    where credited_us > 0
    group by student_key, activity_date, day_part

)

select * from final
