with

source as (

    select * from {{ source('loaded', 'scale_crosswalk') }}

),

final as (

    select
        record_key,
        scale,
        score_from,
        outcome
    from source

)

select * from final
