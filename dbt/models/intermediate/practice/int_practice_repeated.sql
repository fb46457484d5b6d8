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
        current_evidence.pair_number,
        any_value(current_evidence.student_key) as student_key,
        any_value(current_evidence.standard_id) as standard_id,
        min(current_evidence.performed_at) as begun_at
    from current_evidence
    cross join parameters
    where not current_evidence.is_secure_now
    group by current_evidence.pair_number
    having count(*) >= max(parameters.practice_episodes_least_attempts)

),

-- Every try tells that the activity was begun again, whether it counts or not.
tries as (

    select
        begun.pair_number,
        evidence.event_id,
        evidence.source,
        evidence.item_id,
        evidence.outcome,
        evidence.evidence_date,
        evidence.performed_at
    from evidence
    inner join begun
        on
            evidence.student_key = begun.student_key
            and evidence.standard_id = begun.standard_id
            and evidence.performed_at >= begun.begun_at
    inner join settings
        on evidence.evidence_date < settings.week_start_date

),

-- Of few items there are so many tries that it matters when and how they went.
begun_often as (

    select
        tries.pair_number,
        tries.item_id
    from tries
    cross join parameters
    group by tries.pair_number, tries.item_id
    having count(*) >= max(parameters.practice_episodes_loop_starts)

),

by_item as (

    select
        tries.pair_number,
        count(distinct tries.evidence_date) as evidence_days,
        arg_max(
            tries.outcome, (tries.performed_at, tries.event_id, tries.source)
        )
        - arg_min(
            tries.outcome, (tries.performed_at, tries.event_id, tries.source)
        ) as rise
    from tries
    semi join begun_often
        on
            tries.pair_number = begun_often.pair_number
            and tries.item_id = begun_often.item_id
    group by tries.pair_number, tries.item_id

),

without_rise as (

    select by_item.pair_number
    from by_item
    cross join parameters
    where
        by_item.evidence_days >= parameters.practice_episodes_loop_days
        and round(by_item.rise, 9) <= parameters.practice_episodes_loop_rise

),

final as (

    select
        begun.student_key,
        begun.standard_id
    from begun
    semi join without_rise on begun.pair_number = without_rise.pair_number

)

select * from final
