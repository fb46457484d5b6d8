{{ config(group='learning') }}

-- Every assessed event of a student is either in learning.mastery_evidence,
-- included or excluded, or refers to no known standard: nothing else happens.
with

candidates as (

    select count(*) as events
    from {{ ref('int_evidence_assessed') }} as assessed
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_items') }} as changed_items
        on
            assessed.student_key = changed_items.student_key
            and assessed.item_id = changed_items.item_id
    {% endif %}

),

tagged_events as (

    select distinct
        source,
        event_id
    from {{ changed_rows(ref('mastery_evidence')) }}

),

tagged as (

    select count(*) as events
    from tagged_events

),

untagged as (

    select count(*) as events
    from {{ ref('int_evidence_tries') }} as tries
    anti join {{ ref('int_evidence_standards') }} as standards
        on
            tries.source = standards.source
            and tries.event_id = standards.event_id

)

select
    candidates.events as candidate_events,
    tagged.events as tagged_events,
    untagged.events as untagged_events
from candidates
cross join tagged
cross join untagged
where candidates.events <> tagged.events + untagged.events
