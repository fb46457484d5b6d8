with

source as (

    select * from {{ source('loaded', 'students') }}

),

final as (

    select
        student_key,
        school_id,
        grade_band
    from source

)

select * from final
