with

parameters as (

    select * from {{ ref('stg_plumbline__measure_parameters') }}

),

described as (

    select
        measure,
        max(definition_version) as version,
        max(definition_hash) as hash,
        '{'
        || string_agg(
            '"' || parameter || '": ' || value, ', ' order by parameter
        )
        || '}' as parameters
    from parameters
    group by measure

),

final as (

    select
        measure,
        version,
        'docs/measures.md' as definition,
        parameters,
        hash,
        '{{ var("build_id") }}' as build_id
    from described

)

select * from final
