with

source as (

    select * from {{ source('loaded', 'enrollments') }}

),

final as (

    select
        person_key,
        section_id,
        role,
        starts_on,
        ends_on
    from source

)

select * from final
