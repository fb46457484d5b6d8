with

standards as (

    select * from {{ ref('stg_case__standards') }}

),

final as (

    select
        standard_id,
        parent_id,
        counts_as_id,
        uri,
        code,
        statement,
        framework,
        framework_version,
        succession,
        '{{ var("build_id") }}' as build_id
    from standards

)

select * from final
