with

events as not materialized (

    select * from {{ ref('int_events_standing') }}

),

standard_references as (

    select * from {{ ref('int_standard_references') }}

),

skills as (

    select distinct skill from {{ ref('stg_plumbline__skill_crosswalk') }}

),

identifiers as (

    select * from {{ ref('stg_oneroster__unmatched_identifiers') }}

),

namespaces as (

    select * from {{ ref('stg_oneroster__known_namespaces') }}

),

-- Nobody is to be matched where an event concerns no single learner.
without_learner as (

    select
        events.source,
        events.event_id,
        case
            when events.actor_key is null then 'no_single_learner'
            else 'learner'
        end as kind,
        case
            when events.learner_role not in ('actor', 'assignee')
                then events.learner_role
            when events.actor_key is null then 'nobody'
            when identifiers.reason is not null then identifiers.reason
            when namespaces.namespace_key is null then 'unknown_namespace'
            else 'not_in_roster'
        end as reason,
        events.actor_key
    from events
    left join identifiers on events.actor_key = identifiers.actor_key
    left join namespaces on events.namespace_key = namespaces.namespace_key
    where events.student_key is null

),

referring as (

    select
        source,
        event_id,
        actor_key,
        unnest(standard_refs) as standard_ref
    from events

),

-- A skill of the crosswalk that is no reference is wider than its standards.
without_standard as (

    select
        referring.source,
        referring.event_id,
        'standard' as kind,
        case
            when skills.skill is null then 'unknown_standard'
            else 'broader_skill'
        end as reason,
        referring.actor_key
    from referring
    left join skills on referring.standard_ref = skills.skill
    anti join standard_references
        on referring.standard_ref = standard_references.standard_ref

),

combined as (

    select * from without_learner

    union

    select * from without_standard

),

final as (

    select
        source,
        kind,
        reason,
        count(*) as events,
        count(distinct actor_key) as actors,
        '{{ var("build_id") }}' as build_id
    from combined
    group by source, kind, reason

)

select * from final
