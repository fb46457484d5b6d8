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

final as (

    select
        learner_identifiers.student_key,
        events.*
    from events
    anti join voided
        on
            events.source = voided.source
            and events.event_id = voided.event_id
    left join learner_identifiers
        on events.actor_key = learner_identifiers.actor_key
    where events.voids_event_id is null

)

select * from final
