{{ config(group='learning') }}

-- Every assessed event of a student is either in learning.mastery_evidence,
-- included or excluded, or refers to no known standard: nothing else happens.
with

candidates as (

    select count(*) as events
    from {{ ref('int_evidence_assessed') }} as assessed
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_dates') }} as changed_dates
        on
            assessed.student_key = changed_dates.student_key
            and assessed.item_id = changed_dates.item_id
            and assessed.performed_date = changed_dates.evidence_date
    {% endif %}

),

tagged_events as (

    -- An event that was left on a date it is no longer of counts twice.
    select distinct
        source,
        event_id,
        item_id,
        performed_date
    from {{ changed_rows(ref('int_evidence_weighted')) }}

),

tagged as (

    select count(*) as events
    from tagged_events

),

untagged as (

    select count(*) as events
    from {{ changed_rows(ref('int_evidence_untagged')) }}

)

select
    candidates.events as candidate_events,
    tagged.events as tagged_events,
    untagged.events as untagged_events
from candidates
cross join tagged
cross join untagged
where candidates.events <> tagged.events + untagged.events
