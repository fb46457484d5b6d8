with

day_parts as (

    select * from {{ ref('int_activity_day_parts') }}

),

event_parts as (

    select * from {{ ref('int_activity_event_parts') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

joined as (

    select
        coalesce(day_parts.student_key, event_parts.student_key)
            as student_key,
        coalesce(day_parts.activity_date, event_parts.activity_date)
            as activity_date,
        coalesce(day_parts.day_part, event_parts.day_part) as day_part,
        coalesce(day_parts.trusted_us, 0) as trusted_us,
        coalesce(day_parts.low_us, 0) as low_us,
        coalesce(day_parts.mid_us, 0) as mid_us,
        coalesce(day_parts.high_us, 0) as high_us,
        coalesce(event_parts.event_count, 0) as event_count,
        coalesce(event_parts.set_aside_count, 0) as set_aside_count
    from day_parts
    full outer join event_parts
        on
            day_parts.student_key = event_parts.student_key
            and day_parts.activity_date = event_parts.activity_date
            and day_parts.day_part = event_parts.day_part

),

final as (

    select
        joined.student_key,
        joined.activity_date,
        joined.day_part,
        joined.low_us / 60000000 as minutes_low,
        joined.mid_us / 60000000 as minutes_mid,
        joined.high_us / 60000000 as minutes_high,
        1 - joined.trusted_us / nullif(joined.mid_us, 0) as share_inferred,
        joined.event_count,
        joined.set_aside_count,
        '{{ var("build_id") }}' as build_id,
        parameters.time_on_task_version as definition_version
    from joined
    cross join parameters

)

select * from final
