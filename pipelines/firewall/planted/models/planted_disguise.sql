-- A proxy in a mart of learning that calls itself a remark of the audit.
select
    evidence.student_key,
    events.duration_seconds as remark
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
