with

day_totals as (

    select * from {{ ref('int_activity_day_totals') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

final as (

    select
        day_totals.student_key,
        day_totals.activity_date,
        day_totals.day_part,
        day_totals.low_us / 60000000 as minutes_low,
        day_totals.mid_us / 60000000 as minutes_mid,
        day_totals.high_us / 60000000 as minutes_high,
        1 - day_totals.trusted_us / nullif(day_totals.mid_us, 0)
            as share_inferred,
        day_totals.event_count,
        day_totals.set_aside_count,
        parameters.time_on_task_version as definition_version,
        parameters.time_on_task_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from day_totals
    cross join parameters

)

select * from final
