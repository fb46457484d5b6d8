with

source as (

    select * from {{ source('loaded', 'sources') }}

),

final as (

    select
        source,
        reported_duration as duration_placement,
        score_scale
    from source

)

select * from final
