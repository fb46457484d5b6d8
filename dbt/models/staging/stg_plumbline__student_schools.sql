with

source as (

    select * from {{ source('loaded', 'student_schools') }}

),

final as (

    select
        student_key,
        school_id,
        starts_on,
        ends_on
    from source

)

select * from final
