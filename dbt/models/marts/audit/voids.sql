with

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

voided as (

    select * from {{ ref('int_events_voided') }}

),

files as (

    select * from {{ ref('stg_plumbline__files') }}

),

voids as (

    select
        source,
        event_id,
        voids_event_id,
        file_digest
    from events
    where voids_event_id is not null

),

final as (

    select
        voids.source,
        voids.event_id,
        voids.voids_event_id,
        case
            when voided.event_id is not null then 'applied'
            when voiding.event_id is not null then 'without_effect'
            else 'waiting'
        end as state,
        files.file_name,
        '{{ var("build_id") }}' as build_id
    from voids
    left join voided
        on
            voids.source = voided.source
            and voids.voids_event_id = voided.event_id
    left join voids as voiding
        on
            voids.source = voiding.source
            and voids.voids_event_id = voiding.event_id
    left join files on voids.file_digest = files.file_digest

)

select * from final
