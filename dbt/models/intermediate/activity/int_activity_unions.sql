with

pieces as (

    select * from {{ ref('int_activity_pieces') }}

),

reached as (

    select
        student_key,
        bound,
        activity_date,
        starts_us,
        max(ends_us) over (
            partition by student_key, bound, activity_date
            order by starts_us, ends_us
            rows between unbounded preceding and 1 preceding
        ) as reached_us,
        max(ends_us) over (
            partition by student_key, bound, activity_date
            order by starts_us, ends_us
            rows between unbounded preceding and unbounded following
        ) as last_us
    from pieces

),

begun as (

    select * from reached
    where reached_us is null or starts_us > reached_us

),

-- A stretch ends at what was reached when the next one begins.
final as (

    select
        student_key,
        bound,
        activity_date,
        row_number() over (
            partition by student_key, bound, activity_date
            order by starts_us
        ) - 1 as union_number,
        starts_us,
        coalesce(
            lead(reached_us) over (
                partition by student_key, bound, activity_date
                order by starts_us
            ),
            last_us
        ) as ends_us
    from begun

)

select * from final
