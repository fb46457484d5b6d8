with

events as (

    select * from {{ ref('int_events_standing') }}

),

verbs as (

    select * from {{ ref('int_verbs_interpreted') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

final as (

    select
        events.student_key,
        events.source,
        events.event_id,
        events.activity_id,
        events.parent_id,
        events.session_key,
        events.standard,
        verbs.action,
        events.activity_type,
        events.learner_role,
        events.scored_by,
        events.chosen_by,
        events.standard_refs,
        events.score_scaled,
        events.score_raw,
        events.score_min,
        events.score_max,
        events.choice_count,
        events.duration_seconds,
        events.success,
        cast(timezone(settings.zone, events.occurred_at) as date)
            as occurred_date,
        events.occurred_at,
        events.started_at,
        events.ended_at
    from events
    inner join verbs
        on
            events.standard = verbs.standard
            and events.verb = verbs.verb
            and events.event_type is not distinct from verbs.event_type
            and events.activity_type is not distinct from verbs.activity_type
    cross join settings
    where events.student_key is not null

)

select * from final
