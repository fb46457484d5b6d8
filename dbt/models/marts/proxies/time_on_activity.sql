with

totals as (

    select * from {{ ref('int_activity_attributed_totals') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

summed as (

    select
        student_key,
        activity_date,
        activity_id,
        sum(low_us) as low_us,
        sum(mid_us) as mid_us,
        sum(high_us) as high_us
    from totals
    group by student_key, activity_date, activity_id

),

final as (

    select
        summed.student_key,
        summed.activity_date,
        summed.activity_id,
        summed.low_us / 60000000 as minutes_low,
        summed.mid_us / 60000000 as minutes_mid,
        summed.high_us / 60000000 as minutes_high,
        parameters.time_on_task_version as definition_version,
        parameters.time_on_task_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from summed
    cross join parameters

)

select * from final
