with

enrollments as (

    select * from {{ ref('stg_oneroster__enrollments') }}

),

sections as (

    select * from {{ ref('stg_oneroster__sections') }}

),

final as (

    select
        enrollments.person_key,
        enrollments.section_id,
        sections.school_id,
        enrollments.role,
        coalesce(
            enrollments.starts_on,
            sections.starts_on,
            cast('-infinity' as date)
        ) as starts_on,
        coalesce(
            enrollments.ends_on,
            sections.ends_on,
            cast('infinity' as date)
        ) as ends_on
    from enrollments
    inner join sections
        on enrollments.section_id = sections.section_id

)

select * from final
