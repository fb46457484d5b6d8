-- Whether something else was done: nothing is selected, joined or counted.
select
    evidence.student_key,
    evidence.outcome
from {{ ref('mastery_evidence') }} as evidence
where exists (
    select 1
    from {{ ref('stg_plumbline__events') }} as events
    where events.parent_id = evidence.item_id
)
