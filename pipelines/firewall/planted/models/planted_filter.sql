-- A filter: answers that took less than three seconds are dropped.
select
    evidence.student_key,
    evidence.outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
where events.duration_seconds >= 3
