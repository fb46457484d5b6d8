-- The partition of a window: the best outcome of each sitting.
select
    evidence.student_key,
    max(evidence.outcome) over (
        partition by evidence.student_key, events.session_key
    ) as outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
