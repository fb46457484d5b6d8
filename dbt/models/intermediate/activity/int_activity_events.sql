with

events as (

    select * from {{ ref('int_events') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

begun as (

    select
        events.*,
        coalesce(own.local_date, here.local_date) as started_date
    from events
    {{ join_local_dates('events', 'started_at') }}

),

-- Grading by somebody else is no activity of the learner; scores stay outside.
final as (

    select
        begun.student_key,
        begun.source,
        begun.event_id,
        begun.activity_id,
        begun.session_key,
        begun.action,
        begun.activity_type,
        begun.chosen_by,
        begun.interaction_mode,
        begun.duration_seconds,
        begun.occurred_date,
        begun.started_date,
        begun.ended_date,
        begun.occurred_at,
        begun.started_at,
        begun.ended_at
    from begun
    inner join settings on begun.occurred_date <= settings.as_of_date
    where begun.learner_role = 'actor'

)

select * from final
