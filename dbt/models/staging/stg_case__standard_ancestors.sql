with

source as (

    select * from {{ source('loaded', 'standard_ancestors') }}

),

final as (

    select
        standard_id,
        ancestor_id,
        distance
    from source

)

select * from final
