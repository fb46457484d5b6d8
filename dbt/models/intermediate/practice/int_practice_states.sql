with

current_evidence as (

    select * from {{ ref('int_practice_current') }}

),

repeated as (

    select * from {{ ref('int_practice_repeated') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- Sums of decimals do not depend on the order in which threads add them.
summed as (

    select
        any_value(student_key) as student_key,
        any_value(standard_id) as standard_id,
        bool_and(is_secure_now) as is_secure_now,
        count(*) as attempts,
        count(distinct evidence_date) as evidence_days,
        bool_or(are_three_right) as has_three_right,
        arg_max(alpha, place) as alpha,
        arg_max(beta, place) as beta,
        sum(cast(outcome as decimal(38, 15))) filter (
            where place_from_last <= 3
        ) as last_outcomes,
        sum(cast(outcome as decimal(38, 15))) filter (
            where place_from_last between 4 and 6
        ) as outcomes_before,
        min(evidence_date) as started_on,
        max(evidence_date) as last_evidence_date
    from current_evidence
    group by pair_number

),

enough as (

    select summed.*
    from summed
    cross join parameters
    where summed.attempts >= parameters.practice_episodes_least_attempts

),

stated as (

    select
        enough.*,
        case
            when
                enough.is_secure_now
                and enough.attempts
                >= parameters.practice_episodes_over_practice_attempts
                then 'over_practice'
            when
                enough.is_secure_now
                or enough.has_three_right
                then null
            when
                enough.attempts >= parameters.practice_episodes_loop_attempts
                or repeated.student_key is not null
                then 'remediation_loop'
            when
                enough.evidence_days < parameters.practice_episodes_least_days
                or beta_quantile(
                    parameters.mastery_upper_probability,
                    enough.alpha,
                    enough.beta
                ) >= parameters.practice_episodes_stalled_upper
                then 'indeterminate'
            when enough.last_outcomes > enough.outcomes_before
                then 'productive_struggle'
            else 'stalled'
        end as state
    from enough
    left join repeated
        on
            enough.student_key = repeated.student_key
            and enough.standard_id = repeated.standard_id
    cross join parameters

),

final as (

    select
        stated.student_key,
        stated.standard_id,
        stated.state,
        list_position(
            [
                'remediation_loop',
                'stalled',
                'productive_struggle',
                'over_practice',
                'indeterminate'
            ],
            stated.state
        ) as urgency,
        stated.attempts,
        stated.evidence_days,
        stated.started_on,
        stated.last_evidence_date,
        {{ var('baseline_batch') }} as baseline_batch
    from stated
    where stated.state is not null

)

select * from final
