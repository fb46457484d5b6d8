with

discounted as (

    select * from {{ ref('int_evidence_discounted') }}

),

base_rates as (

    select * from {{ ref('int_evidence_base_rates') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

believed as (

    select
        discounted.student_key,
        discounted.standard_id,
        discounted.evidence_count,
        discounted.evidence_days,
        discounted.successes,
        discounted.failures,
        base_rates.base_rate,
        discounted.successes
        + parameters.mastery_prior_weight * base_rates.base_rate as alpha,
        discounted.failures
        + parameters.mastery_prior_weight * (1 - base_rates.base_rate) as beta,
        discounted.last_evidence_date
    from discounted
    inner join base_rates
        on discounted.standard_id = base_rates.standard_id
    cross join parameters

),

estimated as (

    select
        believed.student_key,
        believed.standard_id,
        believed.alpha / (believed.alpha + believed.beta) as estimate,
        beta_quantile(
            parameters.mastery_lower_probability,
            believed.alpha,
            believed.beta
        ) as interval_low,
        beta_quantile(
            parameters.mastery_upper_probability,
            believed.alpha,
            believed.beta
        ) as interval_high,
        (believed.successes + 1)
        / (believed.successes + believed.failures + 2) as prior_free_estimate,
        believed.successes + believed.failures as effective_n,
        believed.base_rate,
        believed.evidence_count,
        believed.evidence_days,
        believed.last_evidence_date
    from believed
    cross join parameters

),

final as (

    select
        estimated.student_key,
        estimated.standard_id,
        standards.parent_id,
        case
            when
                estimated.evidence_count < parameters.mastery_least_evidence
                or estimated.evidence_days < parameters.mastery_least_days
                or estimated.effective_n < parameters.mastery_least_effective_n
                then 'insufficient_evidence'
            when
                estimated.estimate >= parameters.mastery_secure_estimate
                and estimated.interval_low >= parameters.mastery_secure_lower
                then 'secure'
            when estimated.interval_high < parameters.mastery_not_yet_upper
                then 'not_yet'
            else 'developing'
        end as status,
        estimated.estimate,
        estimated.interval_low,
        estimated.interval_high,
        estimated.prior_free_estimate,
        estimated.base_rate,
        estimated.evidence_count,
        estimated.evidence_days,
        estimated.effective_n,
        settings.as_of_date - estimated.last_evidence_date
        > parameters.mastery_stale_after as is_stale,
        estimated.last_evidence_date,
        '{{ var("build_id") }}' as build_id,
        parameters.mastery_version as definition_version,
        parameters.mastery_hash as definition_hash
    from estimated
    left join standards on estimated.standard_id = standards.standard_id
    cross join parameters
    cross join settings

)

select * from final
