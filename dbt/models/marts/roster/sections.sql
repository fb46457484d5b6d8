with

sections as (

    select * from {{ ref('stg_oneroster__sections') }}

),

final as (

    select
        section_id,
        school_id,
        course_code,
        title,
        starts_on,
        ends_on,
        '{{ var("build_id") }}' as build_id
    from sections

)

select * from final
