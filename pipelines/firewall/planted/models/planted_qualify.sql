-- A qualify: the quickest try of each student.
select
    evidence.student_key,
    evidence.outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
qualify
    row_number() over (
        partition by evidence.student_key
        order by events.duration_seconds
    ) = 1
