with

source as (

    select * from {{ source('loaded', 'changes') }}

),

final as (

    select
        batch_number,
        student_key,
        reason,
        events,
        activity_date
    from source

)

select * from final
