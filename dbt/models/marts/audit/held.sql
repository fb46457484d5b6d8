with

held as (

    select * from {{ ref('stg_plumbline__held') }}

),

final as (

    select
        file_digest as digest,
        file_name,
        source,
        read_events as read,
        rejected_events as rejected,
        held_since_date,
        '{{ var("build_id") }}' as build_id
    from held

)

select * from final
