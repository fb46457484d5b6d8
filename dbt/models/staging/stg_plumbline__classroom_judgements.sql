with

source as (

    select * from {{ source('loaded', 'classroom_judgements') }}

),

final as (

    select
        record_key,
        student_key,
        standard_id,
        judgement,
        judged_on
    from source

)

select * from final
