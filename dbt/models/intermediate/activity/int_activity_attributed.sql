with

pieces as (

    select * from {{ ref('int_activity_pieces') }}

),

reached as (

    select
        *,
        max(ends_us) over (
            partition by student_key, bound, activity_date
            order by begun_us, coalesce(activity_id, ''), interaction_mode
            rows between unbounded preceding and 1 preceding
        ) as reached_us
    from pieces
    where is_longer

),

-- greatest skips nulls: the first piece of a date reaches nothing.
final as (

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        case bound
            when 'low' then 'trusted'
            when 'mid' then 'low'
            when 'high' then 'mid'
        end as narrower_bound,
        activity_date,
        greatest(starts_us, reached_us) as starts_us,
        ends_us
    from reached
    where ends_us > greatest(starts_us, reached_us)

)

select * from final
