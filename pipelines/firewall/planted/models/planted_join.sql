-- A join: a try counts only where more than ten seconds went into it.
select
    evidence.student_key,
    evidence.outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
        and events.duration_seconds > 10
