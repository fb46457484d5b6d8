with

source as (

    select * from {{ source('loaded', 'sections') }}

),

final as (

    select
        section_id,
        school_id,
        course_code,
        title,
        starts_on,
        ends_on
    from source

)

select * from final
