with

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

voided as (

    select * from {{ ref('int_events_voided') }}

),

learner_identifiers as (

    select * from {{ ref('stg_oneroster__learner_identifiers') }}

),

final as (

    select
        learner_identifiers.student_key,
        events.source,
        events.event_id,
        events.activity_id,
        events.parent_id,
        events.session_key,
        events.actor_key,
        events.namespace_key,
        events.standard,
        events.verb,
        events.event_type,
        events.activity_type,
        events.learner_role,
        events.scored_by,
        events.chosen_by,
        events.interaction_mode,
        events.standard_refs,
        events.score_scaled,
        events.score_raw,
        events.score_min,
        events.score_max,
        events.choice_count,
        events.duration_seconds,
        events.success,
        events.occurred_at,
        events.started_at,
        events.ended_at
    from events
    anti join voided
        on
            events.source = voided.source
            and events.event_id = voided.event_id
    left join learner_identifiers
        on {{ learner_of('events') }} = learner_identifiers.actor_key
    where events.voids_event_id is null

)

select * from final
