with

rejections as (

    select * from {{ ref('stg_plumbline__rejections') }}

),

files as (

    select * from {{ ref('stg_plumbline__files') }}

),

final as (

    select
        rejections.file_digest as digest,
        files.file_name,
        files.source,
        rejections.stage,
        rejections.rule,
        rejections.clause,
        rejections.events,
        '{{ var("build_id") }}' as build_id
    from rejections
    left join files on rejections.file_digest = files.file_digest

)

select * from final
