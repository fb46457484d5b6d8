with

source as (

    select * from {{ source('loaded', 'district') }}

),

final as (

    select
        district_id,
        zone
    from source

)

select * from final
