with

parameters as (

    select * from {{ ref('measure_parameters') }}

),

described as (

    select
        measure,
        max(version) as version,
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
        sha256(measure || ' ' || version || ' ' || parameters) as hash,
        '{{ var("build_id") }}' as build_id
    from described

)

select * from final
