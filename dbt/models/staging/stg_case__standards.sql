with

source as (

    select * from {{ source('loaded', 'standards') }}

),

final as (

    select
        standard_id,
        parent_id,
        framework_id,
        counts_as_id,
        uri,
        code,
        statement,
        framework,
        framework_version,
        education_levels,
        succession
    from source

)

select * from final
