with

students as (

    select * from {{ ref('stg_oneroster__students') }}

),

final as (

    select
        student_key,
        school_id,
        grade_band,
        '{{ var("build_id") }}' as build_id
    from students

)

select * from final
