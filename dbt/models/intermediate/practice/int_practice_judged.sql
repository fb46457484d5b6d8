with

evidence as (

    select * from {{ ref('mastery_evidence') }}
    where is_included

),

mastery as (

    select mastery.*
    from {{ ref('mastery') }} as mastery
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_practice_changed_pairs') }} as changed_pairs
        on
            mastery.student_key = changed_pairs.student_key
            and mastery.standard_id = changed_pairs.standard_id
    {% endif %}

),

settings as (

    select cast(date_trunc('week', as_of_date) as date) as week_start_date
    from {{ ref('int_build_settings') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- Most pairs expired before the week began, or have too little. They have a
-- number: texts take long to sort by.
possible as (

    select
        mastery.student_key,
        mastery.standard_id,
        row_number() over () as pair_number,
        mastery.base_rate
    from mastery
    cross join settings
    cross join parameters
    where
        mastery.evidence_count >= parameters.practice_episodes_least_attempts
        and settings.week_start_date - mastery.last_evidence_date
        <= parameters.practice_episodes_expires_after

),

-- What is shown stays the same through a week: evidence up to its Monday.
numbered as (

    select
        evidence.student_key,
        evidence.standard_id,
        possible.pair_number,
        evidence.outcome,
        evidence.weight,
        possible.base_rate,
        row_number() over (
            partition by possible.pair_number
            order by evidence.performed_at, evidence.event_id, evidence.source
        ) as place,
        count(*) over (
            partition by possible.pair_number
        ) as places,
        lag(evidence.evidence_date) over (
            partition by possible.pair_number
            order by evidence.performed_at, evidence.event_id, evidence.source
        ) as previous_date,
        evidence.evidence_date,
        evidence.performed_at
    from evidence
    inner join settings
        on evidence.evidence_date < settings.week_start_date
    inner join possible
        on
            evidence.student_key = possible.student_key
            and evidence.standard_id = possible.standard_id

),

-- Discounted as of now; what lies too far back for a double is nothing.
aged as (

    select
        numbered.*,
        numbered.outcome >= parameters.practice_episodes_right_outcome
            as is_right,
        power(
            parameters.mastery_decay, numbered.places - numbered.place
        ) as discount
    from numbered
    cross join parameters
    where
        power(
            parameters.mastery_decay, numbered.places - numbered.place
        ) > 1e-290

),

-- As of each outcome. Rounded, so that threads may add in any order.
discounted as (

    select
        *,
        {% for name, credit in [
            ('successes', 'outcome'),
            ('failures', '(1 - outcome)'),
        ] %}
        round(
            sum(discount * weight * {{ credit }}) over (
                partition by pair_number
                order by place
                rows between unbounded preceding and current row
            ) / discount,
            12
        ) as {{ name }},
        {% endfor %}
        count(*) filter (
            where evidence_date is distinct from previous_date
        ) over (
            partition by pair_number
            order by place
            rows between unbounded preceding and current row
        ) as evidence_days,
        count(*) filter (where is_right) over (
            partition by pair_number
            order by place
            rows between 2 preceding and current row
        ) as right_of_three
    from aged

),

believed as (

    select
        discounted.*,
        discounted.successes
        + parameters.mastery_prior_weight * discounted.base_rate as alpha,
        discounted.failures
        + parameters.mastery_prior_weight * (1 - discounted.base_rate) as beta
    from discounted
    cross join parameters

),

final as (

    select
        believed.student_key,
        believed.standard_id,
        believed.pair_number,
        believed.outcome,
        believed.place,
        believed.evidence_date,
        coalesce(
            believed.evidence_date - believed.previous_date
            > parameters.practice_episodes_gap_ends_episode,
            false
        ) as is_after_gap,
        -- The quantile takes the time: it is asked last.
        case
            when
                believed.place >= parameters.mastery_least_evidence
                and believed.evidence_days >= parameters.mastery_least_days
                and believed.successes + believed.failures
                >= parameters.mastery_least_effective_n
                and believed.alpha / (believed.alpha + believed.beta)
                >= parameters.mastery_secure_estimate
                then beta_quantile(
                    parameters.mastery_lower_probability,
                    believed.alpha,
                    believed.beta
                ) >= parameters.mastery_secure_lower
            else false
        end as is_secure,
        believed.right_of_three,
        believed.alpha,
        believed.beta,
        believed.performed_at
    from believed
    cross join parameters

)

select * from final
