with

{% if var('baseline_build_id') %}
-- It reads what this model held before.
-- depends_on: {{ ref('int_evidence_changed_pairs') }}
{% endif %}

tries as (

    select * from {{ ref('int_evidence_tries') }}

),

standards_of_tries as (

    select
        *,
        count(*) over (partition by source, event_id) as standards
    from {{ ref('int_evidence_standards') }}

),

-- Tries are numbered among all of their item, of which a build that updates
-- replaces those of changed dates.
numbered as (

    select
        tries.student_key,
        standards_of_tries.standard_id,
        tries.source,
        tries.event_id,
        tries.item_id,
        tries.method,
        tries.exclusion_reason,
        tries.outcome,
        tries.guess_weight / standards_of_tries.standards as weight,
        row_number() over (
            partition by
                tries.student_key,
                tries.item_id,
                standards_of_tries.standard_id
            order by tries.performed_at, tries.event_id, tries.source
        ) as attempt_number,
        tries.is_assisted,
        tries.exclusion_reason is null as is_included,
        tries.performed_date,
        tries.occurred_at,
        tries.performed_at
    from tries
    inner join standards_of_tries
        on
            tries.source = standards_of_tries.source
            and tries.event_id = standards_of_tries.event_id

),

final as (

    select
        numbered.*,
        {{ var('baseline_batch') }} as baseline_batch
    from numbered
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_dates') }} as changed_dates
        on
            numbered.student_key = changed_dates.student_key
            and numbered.item_id = changed_dates.item_id
            and numbered.performed_date = changed_dates.evidence_date
    {% endif %}

)

select * from final
