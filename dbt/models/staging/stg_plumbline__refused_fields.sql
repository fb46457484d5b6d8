with

source as (

    select * from {{ source('loaded', 'refused_fields') }}

),

final as (

    select
        file_digest,
        standard,
        path,
        cast(events as bigint) as events
    from source

)

select * from final
