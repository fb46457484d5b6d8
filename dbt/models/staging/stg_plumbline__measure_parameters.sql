with

source as (

    select * from {{ source('loaded', 'measure_parameters') }}

),

final as (

    select
        measure,
        version as definition_version,
        hash as definition_hash,
        parameter,
        value
    from source

)

select * from final
