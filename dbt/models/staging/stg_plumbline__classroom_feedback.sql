with

source as (

    select * from {{ source('loaded', 'classroom_feedback') }}

),

final as (

    select
        record_key,
        student_key,
        standard_id,
        statement,
        answer,
        given_on
    from source

)

select * from final
