with

source as (

    select * from {{ source('loaded', 'refused_fields') }}

),

final as (

    select
        file_digest,
        standard,
        path,
        value_types,
        cast(occurrences as bigint) as occurrences
    from source

)

select * from final
