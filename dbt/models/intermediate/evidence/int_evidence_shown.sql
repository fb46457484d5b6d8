with

weighted as (

    select * from {{ ref('int_evidence_weighted') }}

),

final as (

    select
        student_key,
        standard_id,
        event_id,
        source,
        item_id,
        method,
        exclusion_reason,
        outcome,
        weight,
        attempt_number,
        is_assisted,
        is_included,
        baseline_batch,
        performed_date as evidence_date,
        occurred_at,
        performed_at
    from weighted

)

select * from final
