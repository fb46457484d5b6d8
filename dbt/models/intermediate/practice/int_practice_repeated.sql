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
by_item as (

    select
        evidence.student_key,
        evidence.standard_id,
        evidence.item_id,
        count(*) as tries,
        count(distinct evidence.evidence_date) as evidence_days,
        arg_max(
            evidence.outcome,
            (evidence.performed_at, evidence.event_id, evidence.source)
        )
        - arg_min(
            evidence.outcome,
            (evidence.performed_at, evidence.event_id, evidence.source)
        ) as rise
    from evidence
    inner join begun
        on
            evidence.student_key = begun.student_key
            and evidence.standard_id = begun.standard_id
            and evidence.performed_at >= begun.begun_at
    inner join settings
        on evidence.evidence_date < settings.week_start_date
    group by evidence.student_key, evidence.standard_id, evidence.item_id

),

final as (

    select distinct
        by_item.student_key,
        by_item.standard_id
    from by_item
    cross join parameters
    where
        by_item.tries >= parameters.practice_episodes_loop_starts
        and by_item.evidence_days >= parameters.practice_episodes_loop_days
        and round(by_item.rise, 9) <= parameters.practice_episodes_loop_rise

)

select * from final
