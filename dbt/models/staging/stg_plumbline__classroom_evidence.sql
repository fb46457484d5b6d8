with

source as (

    select * from {{ source('loaded', 'classroom_evidence') }}

),

final as (

    select
        record_key,
        student_key,
        standard_id,
        item_id,
        method,
        scale,
        score,
        max_score,
        min_score,
        assessed_on
    from source

)

select * from final
