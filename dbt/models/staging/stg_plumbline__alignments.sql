with

source as (

    select * from {{ source('loaded', 'alignments') }}

),

final as (

    select
        activity_id,
        standard_id
    from source

)

select * from final
