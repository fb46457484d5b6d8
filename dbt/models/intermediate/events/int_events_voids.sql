with

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

final as (

    select distinct
        source,
        voids_event_id
    from events
    where voids_event_id is not null

)

select * from final
