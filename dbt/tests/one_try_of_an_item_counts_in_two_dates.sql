{{ config(group='learning') }}

-- Between two included tries of a student at an item lies a whole date.
with

dates as (

    select distinct
        evidence.student_key,
        evidence.item_id,
        evidence.source,
        evidence.event_id,
        evidence.performed_date
    from {{ ref('int_evidence_weighted') }} as evidence
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_items') }} as changed_items
        on
            evidence.student_key = changed_items.student_key
            and evidence.item_id = changed_items.item_id
    {% endif %}
    where evidence.is_included

),

followed as (

    select
        *,
        lead(performed_date) over (
            partition by student_key, item_id
            order by performed_date
        ) as next_performed_date
    from dates

)

select
    student_key,
    item_id,
    performed_date
from followed
where next_performed_date - performed_date < 2
