with

events as (

    select * from {{ ref('int_events') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- Grading by somebody else is no activity of the learner; scores stay outside.
final as (

    select
        events.student_key,
        events.source,
        events.event_id,
        events.activity_id,
        events.session_key,
        events.action,
        events.activity_type,
        events.chosen_by,
        events.interaction_mode,
        events.duration_seconds,
        events.baseline_batch,
        events.occurred_date,
        events.ended_date,
        events.occurred_at,
        events.started_at,
        events.ended_at
    from events
    inner join settings on events.occurred_date <= settings.as_of_date
    where events.learner_role = 'actor'

)

select * from final
