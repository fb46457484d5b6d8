-- A count of activity: events of every sort, assessed or not.
select
    learners.student_key,
    count(*) as evidence_count
from {{ ref('stg_plumbline__events') }} as events
inner join {{ ref('stg_oneroster__learner_identifiers') }} as learners
    on events.actor_key = learners.actor_key
group by learners.student_key
