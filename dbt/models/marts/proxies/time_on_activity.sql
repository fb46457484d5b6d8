with

totals as (

    select * from {{ ref('int_activity_by_activity') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

final as (

    select
        totals.student_key,
        totals.activity_date,
        totals.activity_id,
        totals.low_us / 60000000 as minutes_low,
        totals.mid_us / 60000000 as minutes_mid,
        totals.high_us / 60000000 as minutes_high,
        parameters.time_on_task_version as definition_version,
        parameters.time_on_task_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from totals
    cross join parameters

)

select * from final
