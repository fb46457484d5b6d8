with

pieces as (

    select * from {{ ref('int_activity_pieces') }}

),

student_days as (

    select * from {{ ref('int_activity_student_days') }}

),

-- greatest and least skip nulls: without bells nothing lies between them.
split as (

    select
        pieces.student_key,
        pieces.bound,
        pieces.activity_date,
        student_days.is_instructional,
        pieces.ends_us - pieces.starts_us as length_us,
        case
            when
                student_days.is_instructional
                and student_days.opens_us is not null
                and student_days.closes_us is not null
                then greatest(
                    least(pieces.ends_us, student_days.closes_us)
                    - greatest(pieces.starts_us, student_days.opens_us),
                    0
                )
            else 0
        end as school_us
    from pieces
    inner join student_days
        on
            pieces.student_key = student_days.student_key
            and pieces.activity_date = student_days.activity_date

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
