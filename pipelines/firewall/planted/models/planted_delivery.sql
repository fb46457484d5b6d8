-- How much a tool delivered.
select
    evidence.student_key,
    evidence.weight * files.loaded as weight
from {{ ref('mastery_evidence') }} as evidence
inner join {{ ref('reconciliation') }} as files
    on evidence.source = files.source
