with

source as (

    select * from {{ source('loaded', 'schools') }}

),

final as (

    select
        school_id,
        name
    from source

)

select * from final
