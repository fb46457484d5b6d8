-- The filter of an aggregate: outcomes of self-chosen work only.
select
    evidence.student_key,
    avg(evidence.outcome) filter (
        where events.chosen_by = 'student'
    ) as outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
group by evidence.student_key
