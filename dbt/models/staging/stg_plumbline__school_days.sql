with

source as (

    select * from {{ source('loaded', 'school_days') }}

),

final as (

    select
        school_id,
        is_instructional,
        date,
        opens_at,
        closes_at
    from source

)

select * from final
