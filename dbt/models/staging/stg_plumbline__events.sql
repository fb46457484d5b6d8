with

source as (

    select * from {{ source('loaded', 'events') }}

),

final as (

    select
        source,
        event_id,
        file_digest,
        batch_number,
        actor_key,
        namespace_key,
        learner_role,
        verb,
        activity_id,
        activity_type,
        event_type,
        parent_id,
        session_key,
        voids_event_id,
        standard,
        spec_version,
        scored_by,
        chosen_by,
        interaction_mode,
        standard_refs,
        score_scaled,
        score_raw,
        score_min,
        score_max,
        choice_count,
        duration_seconds,
        success,
        occurred_at,
        started_at,
        ended_at
    from source

)

select * from final
