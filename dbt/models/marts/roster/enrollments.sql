with

enrollments as (

    select * from {{ ref('stg_oneroster__enrollments') }}

),

final as (

    select
        person_key as student_key,
        section_id,
        role,
        starts_on,
        ends_on,
        '{{ var("build_id") }}' as build_id
    from enrollments

)

select * from final
