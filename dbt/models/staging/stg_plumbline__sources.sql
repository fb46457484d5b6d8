with

source as (

    select * from {{ source('loaded', 'sources') }}

),

final as (

    select
        source,
        reported_duration as duration_placement
    from source

)

select * from final
