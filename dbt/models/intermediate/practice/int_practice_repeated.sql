with

current_evidence as (

    select * from {{ ref('int_practice_current') }}

),

evidence as (

    select * from {{ ref('mastery_evidence') }}
    where outcome is not null

),

settings as (

    select cast(date_trunc('week', as_of_date) as date) as week_start_date
    from {{ ref('int_build_settings') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

begun as (

    select
        current_evidence.student_key,
        current_evidence.standard_id,
        min(current_evidence.performed_at) as begun_at
    from current_evidence
    cross join parameters
    where not current_evidence.is_secure_now
    group by current_evidence.student_key, current_evidence.standard_id
    having count(*) >= max(parameters.practice_episodes_least_attempts)

),

-- Every try tells that the activity was begun again, whether it counts or not.
tries as (

    select evidence.*
    from evidence
    inner join begun
        on
            evidence.student_key = begun.student_key
            and evidence.standard_id = begun.standard_id
            and evidence.performed_at >= begun.begun_at
    inner join settings
        on evidence.evidence_date < settings.week_start_date

),

-- Of few items there are so many tries that it matters how they went.
begun_often as (

    select
        tries.student_key,
        tries.standard_id,
        tries.item_id
    from tries
    cross join parameters
    group by tries.student_key, tries.standard_id, tries.item_id
    having
        count(*) >= max(parameters.practice_episodes_loop_starts)
        and count(distinct tries.evidence_date)
        >= max(parameters.practice_episodes_loop_days)

),

by_item as (

    select
        tries.student_key,
        tries.standard_id,
        arg_max(
            tries.outcome, (tries.performed_at, tries.event_id, tries.source)
        )
        - arg_min(
            tries.outcome, (tries.performed_at, tries.event_id, tries.source)
        ) as rise
    from tries
    semi join begun_often
        on
            tries.student_key = begun_often.student_key
            and tries.standard_id = begun_often.standard_id
            and tries.item_id = begun_often.item_id
    group by tries.student_key, tries.standard_id, tries.item_id

),

final as (

    select distinct
        by_item.student_key,
        by_item.standard_id
    from by_item
    cross join parameters
    where round(by_item.rise, 9) <= parameters.practice_episodes_loop_rise

)

select * from final
