-- The condition of a case: a slow right answer is worth less.
select
    evidence.student_key,
    case
        when events.duration_seconds > 120 then 0.5
        else evidence.outcome
    end as outcome
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('stg_plumbline__events') }} as events
    on
        evidence.source = events.source
        and evidence.event_id = events.event_id
