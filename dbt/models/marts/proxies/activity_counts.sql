with

counted as (

    select * from {{ ref('int_activity_day_counts') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

final as (

    select
        counted.student_key,
        counted.activity_date,
        counted.events,
        counted.attempts,
        counted.repeat_attempts,
        counted.hints,
        counted.completions,
        counted.self_chosen,
        counted.goals_set_by_student,
        parameters.activity_counts_version as definition_version,
        parameters.activity_counts_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from counted
    cross join parameters

)

select * from final
