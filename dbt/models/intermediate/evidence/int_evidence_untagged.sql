with

{% if var('baseline_build_id') %}
-- It reads what this model held before.
-- depends_on: {{ ref('int_evidence_changed_items') }}
{% endif %}

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
        tries.performed_date
    from tries
    anti join standards_of_tries
        on
            tries.source = standards_of_tries.source
            and tries.event_id = standards_of_tries.event_id

)

select * from final
