with

builds as (

    select * from {{ ref('stg_plumbline__builds') }}

),

final as (

    select
        build_id,
        inputs_hash,
        baseline_build_id,
        full_build_reason,
        checks_passed,
        checks_warned,
        checks_failed,
        as_of_date,
        started_at,
        finished_at
    from builds

)

select * from final
