with

evidence as (

    select * from {{ ref('int_evidence_weighted') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- Sums of decimals do not depend on the order in which threads add them.
sums_by_standard as (

    select
        evidence.standard_id,
        coalesce(
            sum(cast(evidence.outcome as decimal(38, 15))) filter (
                where evidence.performed_date
                < settings.reporting_window_starts_on
            ),
            0
        ) as credited_before,
        count(*) filter (
            where evidence.performed_date
            < settings.reporting_window_starts_on
        ) as included_before
    from evidence
    cross join settings
    where evidence.is_included
    group by evidence.standard_id

),

district_rates as (

    select
        coalesce(
            cast(sum(sums_by_standard.credited_before) as double)
            / nullif(sum(sums_by_standard.included_before), 0),
            max(parameters.mastery_default_base_rate)
        ) as district_base_rate
    from sums_by_standard
    cross join parameters

),

final as (

    select
        sums_by_standard.standard_id,
        (
            cast(sums_by_standard.credited_before as double)
            + parameters.mastery_base_rate_weight
            * district_rates.district_base_rate
        ) / (
            sums_by_standard.included_before
            + parameters.mastery_base_rate_weight
        ) as base_rate
    from sums_by_standard
    cross join district_rates
    cross join parameters

)

select * from final
