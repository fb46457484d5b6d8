with

source as (

    select * from {{ source('loaded', 'builds') }}

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
    from source

)

select * from final
