with

source as (

    select * from {{ source('loaded', 'zone_dates') }}

),

final as (

    select
        zone,
        local_date,
        starts_at,
        ends_at
    from source

)

select * from final
