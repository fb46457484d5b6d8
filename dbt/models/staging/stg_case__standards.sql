with

source as (

    select * from {{ source('loaded', 'standards') }}

),

final as (

    select
        standard_id,
        parent_id,
        uri,
        code,
        statement,
        framework,
        framework_version
    from source

)

select * from final
