with

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

voids as (

    select * from {{ ref('int_events_voids') }}

),

-- A voiding event cannot itself be voided.
final as (

    select
        events.source,
        events.event_id,
        events.file_digest,
        events.actor_key,
        events.namespace_key,
        events.learner_role,
        events.standard_refs
    from events
    inner join voids
        on
            events.source = voids.source
            and events.event_id = voids.voids_event_id
    where events.voids_event_id is null

)

select * from final
