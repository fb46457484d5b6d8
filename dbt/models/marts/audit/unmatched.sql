with

events_alike as (

    select * from {{ ref('int_events_alike') }}

),

voided as (

    select * from {{ ref('int_events_voided') }}

),

learner_identifiers as (

    select * from {{ ref('stg_oneroster__learner_identifiers') }}

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

-- What matched nothing shows in a few columns, in which events are alike by
-- the thousand. What was voided is subtracted: to find it among all events,
-- the identifier of each would have to be read.
counted as (

    select
        source,
        actor_key,
        namespace_key,
        learner_role,
        standard_refs,
        events
    from events_alike

    union all

    select
        source,
        actor_key,
        namespace_key,
        learner_role,
        standard_refs,
        -1 as events
    from voided

),

alike as (

    select
        source,
        actor_key,
        namespace_key,
        learner_role,
        standard_refs,
        sum(events) as events
    from counted
    group by source, actor_key, namespace_key, learner_role, standard_refs
    having sum(events) > 0

),

-- Nobody is to be matched where an event concerns no single learner.
without_learner as (

    select
        alike.source,
        case
            when alike.actor_key is null then 'no_single_learner'
            else 'learner'
        end as kind,
        case
            when alike.learner_role not in ('actor', 'assignee')
                then alike.learner_role
            when alike.actor_key is null then 'nobody'
            when identifiers.reason is not null then identifiers.reason
            when namespaces.namespace_key is null then 'unknown_namespace'
            else 'not_in_roster'
        end as reason,
        alike.actor_key,
        alike.events
    from alike
    left join learner_identifiers
        on {{ learner_of('alike') }} = learner_identifiers.actor_key
    left join identifiers on alike.actor_key = identifiers.actor_key
    left join namespaces on alike.namespace_key = namespaces.namespace_key
    where learner_identifiers.student_key is null

),

referring as (

    select
        *,
        unnest(standard_refs) as standard_ref
    from alike

),

-- A skill of the crosswalk that is no reference is wider than its standards.
-- However many references of a kind an event has, it counts once.
without_standard as (

    select distinct
        referring.source,
        referring.actor_key,
        referring.namespace_key,
        referring.learner_role,
        referring.standard_refs,
        case
            when skills.skill is null then 'unknown_standard'
            else 'broader_skill'
        end as reason,
        referring.events
    from referring
    left join skills on referring.standard_ref = skills.skill
    anti join standard_references
        on referring.standard_ref = standard_references.standard_ref

),

combined as (

    select
        source,
        kind,
        reason,
        actor_key,
        events
    from without_learner

    union all

    select
        source,
        'standard' as kind,
        reason,
        actor_key,
        events
    from without_standard

),

final as (

    select
        source,
        kind,
        reason,
        cast(sum(events) as bigint) as events,
        count(distinct actor_key) as actors,
        '{{ var("build_id") }}' as build_id
    from combined
    group by source, kind, reason

)

select * from final
