with

methods as (

    select * from {{ ref('int_evidence_methods') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- Sums of decimals do not depend on the order in which threads add them.
final as (

    select
        methods.student_key,
        methods.standard_id,
        methods.method,
        methods.evidence_count,
        methods.counted
        / cast(
            sum(cast(methods.counted as decimal(38, 15))) over (
                partition by methods.student_key, methods.standard_id
            ) as double
        ) as share_of_evidence,
        methods.last_evidence_date,
        parameters.mastery_version as definition_version,
        parameters.mastery_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from methods
    cross join parameters

)

select * from final
