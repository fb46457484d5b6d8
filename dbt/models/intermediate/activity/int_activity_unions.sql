with

pieces as (

    select * from {{ ref('int_activity_pieces') }}

),

reached as (

    select
        *,
        max(ends_us) over (
            partition by student_key, bound, activity_date
            order by starts_us, ends_us
            rows between unbounded preceding and 1 preceding
        ) as reached_us
    from pieces

),

grouped as (

    select
        *,
        count(*) filter (where starts_us > reached_us) over (
            partition by student_key, bound, activity_date
            order by starts_us, ends_us
            rows between unbounded preceding and current row
        ) as union_number
    from reached

),

final as (

    select
        student_key,
        bound,
        activity_date,
        union_number,
        min(starts_us) as starts_us,
        max(ends_us) as ends_us
    from grouped
    group by student_key, bound, activity_date, union_number

)

select * from final
