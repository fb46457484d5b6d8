-- A macro that looks like a plain weight.
select
    evidence.student_key,
    {{ planted_weight('evidence', 'events') }} as outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
