with

day_parts as (

    select * from {{ ref('int_activity_day_parts') }}

),

event_parts as (

    select * from {{ ref('int_activity_event_parts') }}

),

final as (

    select
        coalesce(day_parts.student_key, event_parts.student_key)
            as student_key,
        coalesce(day_parts.day_part, event_parts.day_part) as day_part,
        coalesce(day_parts.trusted_us, 0) as trusted_us,
        coalesce(day_parts.low_us, 0) as low_us,
        coalesce(day_parts.mid_us, 0) as mid_us,
        coalesce(day_parts.high_us, 0) as high_us,
        coalesce(event_parts.event_count, 0) as event_count,
        coalesce(event_parts.set_aside_count, 0) as set_aside_count,
        coalesce(day_parts.activity_date, event_parts.activity_date)
            as activity_date,
        {{ var('baseline_batch') }} as baseline_batch
    from day_parts
    full outer join event_parts
        on
            day_parts.student_key = event_parts.student_key
            and day_parts.activity_date = event_parts.activity_date
            and day_parts.day_part = event_parts.day_part

)

select * from final
