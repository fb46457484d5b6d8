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

{% if var('baseline_build_id') %}

changed_days as (

    select * from {{ ref('int_events_changed_days') }}

),

-- A local date lies within three dates of UTC.
utc_days as (

    select distinct
        learner_identifiers.actor_key,
        cast(epoch(changed_days.activity_date) as bigint) // 86400
        + unnest([-1, 0, 1]) as utc_day
    from changed_days
    inner join learner_identifiers
        on changed_days.student_key = learner_identifiers.student_key

),

nearby as (

    select events.*
    from events
    semi join utc_days
        on
            {{ learner_of('events') }} = utc_days.actor_key
            and epoch_us(events.occurred_at) // 86400000000 = utc_days.utc_day

),

{% else %}

nearby as (

    select * from events

),

{% endif %}

final as (

    select
        learner_identifiers.student_key,
        nearby.source,
        nearby.event_id,
        nearby.activity_id,
        nearby.parent_id,
        nearby.session_key,
        nearby.actor_key,
        nearby.namespace_key,
        nearby.standard,
        nearby.verb,
        nearby.event_type,
        nearby.activity_type,
        nearby.learner_role,
        nearby.scored_by,
        nearby.chosen_by,
        nearby.interaction_mode,
        nearby.standard_refs,
        nearby.score_scaled,
        nearby.score_raw,
        nearby.score_min,
        nearby.score_max,
        nearby.choice_count,
        nearby.duration_seconds,
        nearby.success,
        nearby.occurred_at,
        nearby.started_at,
        nearby.ended_at
    from nearby
    anti join voided
        on
            nearby.source = voided.source
            and nearby.event_id = voided.event_id
    left join learner_identifiers
        on {{ learner_of('nearby') }} = learner_identifiers.actor_key
    where nearby.voids_event_id is null

)

select * from final
