with

refused_fields as (

    select * from {{ ref('stg_plumbline__refused_fields') }}

),

files as (

    select * from {{ ref('stg_plumbline__files') }}

),

final as (

    select
        files.source,
        refused_fields.standard,
        refused_fields.path,
        cast(sum(refused_fields.occurrences) as bigint) as occurrences,
        '{{ var("build_id") }}' as build_id
    from refused_fields
    inner join files on refused_fields.file_digest = files.file_digest
    group by files.source, refused_fields.standard, refused_fields.path

)

select * from final
