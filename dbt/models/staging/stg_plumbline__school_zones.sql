with

source as (

    select * from {{ source('loaded', 'school_zones') }}

),

final as (

    select
        school_id,
        zone
    from source

)

select * from final
