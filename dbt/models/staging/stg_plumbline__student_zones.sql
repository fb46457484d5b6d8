with

source as (

    select * from {{ source('loaded', 'student_zones') }}

),

final as (

    select
        student_key,
        zone,
        starts_on,
        ends_on,
        ends_at
    from source

)

select * from final
