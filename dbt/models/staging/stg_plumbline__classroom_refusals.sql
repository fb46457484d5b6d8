with

source as (

    select * from {{ source('loaded', 'classroom_refusals') }}

),

final as (

    select
        file_name,
        column_name,
        rule,
        row_number as file_row
    from source

)

select * from final
