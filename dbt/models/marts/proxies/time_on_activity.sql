with

activity as (

    select * from {{ ref('int_activity_shown') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

final as (

    select
        activity.student_key,
        activity.activity_date,
        activity.activity_id,
        activity.minutes_low,
        activity.minutes_mid,
        activity.minutes_high,
        parameters.time_on_task_version as definition_version,
        parameters.time_on_task_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from activity
    cross join parameters

)

select * from final
