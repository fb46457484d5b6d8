with

tries as (

    select * from {{ ref('int_evidence_tries') }}

),

standards_of_tries as (

    select * from {{ ref('int_evidence_standards') }}

),

final as (

    select
        tries.student_key,
        tries.source,
        tries.event_id,
        tries.item_id,
        tries.exclusion_reason is null as is_included,
        tries.performed_date,
        {{ var('baseline_batch') }} as baseline_batch
    from tries
    anti join standards_of_tries
        on
            tries.source = standards_of_tries.source
            and tries.event_id = standards_of_tries.event_id
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_dates') }} as changed_dates
        on
            tries.student_key = changed_dates.student_key
            and tries.item_id = changed_dates.item_id
            and tries.performed_date = changed_dates.evidence_date
    {% endif %}

)

select * from final
