with

source as (

    select * from {{ source('loaded', 'batches') }}

),

final as (

    select
        batch_number,
        as_of_date
    from source

)

select * from final
