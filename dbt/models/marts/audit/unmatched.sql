with

events as (

    select * from {{ ref('int_events_standing') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

-- Nobody is to be matched where an event concerns no single learner.
without_learner as (

    select
        source,
        event_id,
        case
            when actor_key is null then 'no_single_learner'
            else 'learner'
        end as kind,
        actor_key
    from events
    where student_key is null

),

referring as (

    select
        source,
        event_id,
        actor_key,
        unnest(standard_refs) as standard_ref
    from events

),

names_of_standards as (

    select uri as standard_ref from standards

    union

    select standard_id as standard_ref from standards

),

without_standard as (

    select
        referring.source,
        referring.event_id,
        'standard' as kind,
        referring.actor_key
    from referring
    anti join names_of_standards
        on referring.standard_ref = names_of_standards.standard_ref

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
        count(*) as events,
        count(distinct actor_key) as actors,
        '{{ var("build_id") }}' as build_id
    from combined
    group by source, kind

)

select * from final
