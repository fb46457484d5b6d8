with

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

final as (

    select
        source,
        actor_key,
        namespace_key,
        learner_role,
        standard_refs,
        batch_number,
        count(*) as events
    from events
    where
        voids_event_id is null
        {% if var('baseline_build_id') %}
        and batch_number > {{ var('baseline_batch') }}
        {% endif %}
    group by
        source,
        actor_key,
        namespace_key,
        learner_role,
        standard_refs,
        batch_number

)

select * from final
