with

methods as (

    select * from {{ ref('int_evidence_methods') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

final as (

    select
        methods.student_key,
        methods.standard_id,
        methods.method,
        methods.evidence_count,
        methods.counted / sum(methods.counted) over (
            partition by methods.student_key, methods.standard_id
        ) as share_of_evidence,
        methods.last_evidence_date,
        parameters.mastery_version as definition_version,
        parameters.mastery_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from methods
    cross join parameters

)

select * from final
