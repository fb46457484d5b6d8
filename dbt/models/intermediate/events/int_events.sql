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

-- The zone meets the events before anything else does: as the one value that it
-- is, it costs a tenth of what it costs row by row after another join.
dated as (

    select
        events.*,
        cast(timezone(settings.zone, events.occurred_at) as date)
            as occurred_date
    from events
    cross join settings
    where events.student_key is not null

),

final as (

    select
        dated.student_key,
        dated.source,
        dated.event_id,
        dated.activity_id,
        dated.parent_id,
        dated.session_key,
        dated.standard,
        verbs.action,
        dated.activity_type,
        dated.learner_role,
        dated.scored_by,
        dated.chosen_by,
        dated.standard_refs,
        dated.score_scaled,
        dated.score_raw,
        dated.score_min,
        dated.score_max,
        dated.choice_count,
        dated.duration_seconds,
        dated.success,
        dated.occurred_date,
        dated.occurred_at,
        dated.started_at,
        dated.ended_at
    from dated
    inner join verbs
        on
            dated.standard = verbs.standard
            and dated.verb = verbs.verb
            and dated.event_type is not distinct from verbs.event_type
            and dated.activity_type is not distinct from verbs.activity_type

)

select * from final
