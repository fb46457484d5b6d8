{{ config(group='learning') }}

-- The standards of an item share its weight; together they have all of it.
select
    evidence.source,
    evidence.event_id
from {{ changed_rows(ref('int_evidence_weighted')) }} as evidence
inner join {{ ref('int_evidence_tries') }} as tries
    on
        evidence.source = tries.source
        and evidence.event_id = tries.event_id
group by evidence.source, evidence.event_id, tries.guess_weight
having abs(sum(evidence.weight) - tries.guess_weight) > 0.000001
