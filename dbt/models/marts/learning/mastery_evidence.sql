with

evidence as (

    select * from {{ ref('int_evidence_shown') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

final as (

    select
        evidence.student_key,
        evidence.standard_id,
        evidence.event_id,
        evidence.source,
        evidence.item_id,
        evidence.method,
        evidence.exclusion_reason,
        evidence.outcome,
        evidence.weight,
        evidence.attempt_number,
        evidence.is_assisted,
        evidence.is_included,
        evidence.evidence_date,
        evidence.occurred_at,
        evidence.performed_at,
        parameters.mastery_version as definition_version,
        parameters.mastery_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from evidence
    cross join parameters

)

select * from final
