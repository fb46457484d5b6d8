with

events as (

    select * from {{ ref('int_events_standing') }}

),

verbs as (

    select * from {{ ref('int_verbs_interpreted') }}

),

{% if var('baseline_build_id') %}

changed_days as (

    select * from {{ ref('int_events_changed_days') }}

),

{% endif %}

dated as (

    select
        events.*,
        coalesce(own.local_date, here.local_date) as occurred_date
    from events
    {{ join_local_dates('events', 'occurred_at') }}
    where events.student_key is not null

),

-- When a try ended dates what a person graded; when it began dates nothing.
ended as (

    select
        dated.*,
        coalesce(own.local_date, here.local_date) as ended_date
    from dated
    {{ join_local_dates('dated', 'ended_at') }}

),

final as (

    select
        ended.student_key,
        ended.source,
        ended.event_id,
        ended.activity_id,
        ended.parent_id,
        ended.session_key,
        ended.standard,
        verbs.action,
        ended.activity_type,
        ended.learner_role,
        ended.scored_by,
        ended.chosen_by,
        ended.interaction_mode,
        ended.standard_refs,
        ended.score_scaled,
        ended.score_raw,
        ended.score_min,
        ended.score_max,
        ended.choice_count,
        ended.duration_seconds,
        ended.success,
        ended.occurred_date,
        ended.ended_date,
        ended.occurred_at,
        ended.started_at,
        ended.ended_at,
        {{ var('baseline_batch') }} as baseline_batch
    from ended
    inner join verbs
        on
            ended.standard = verbs.standard
            and ended.verb = verbs.verb
            and ended.event_type is not distinct from verbs.event_type
            and ended.activity_type is not distinct from verbs.activity_type
    {% if var('baseline_build_id') %}
    semi join changed_days
        on
            ended.student_key = changed_days.student_key
            and ended.occurred_date = changed_days.activity_date
    {% endif %}

)

select * from final
