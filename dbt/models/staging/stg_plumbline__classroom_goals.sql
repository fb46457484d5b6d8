with

source as (

    select * from {{ source('loaded', 'classroom_goals') }}

),

final as (

    select
        record_key,
        student_key,
        standard_id,
        aim,
        set_by,
        set_on,
        due_on,
        reached_on
    from source

)

select * from final
