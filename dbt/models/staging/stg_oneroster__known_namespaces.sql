with

source as (

    select * from {{ source('loaded', 'known_namespaces') }}

),

final as (

    select namespace_key
    from source

)

select * from final
