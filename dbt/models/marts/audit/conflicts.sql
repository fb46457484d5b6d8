with

conflicts as (

    select * from {{ ref('stg_plumbline__conflicts') }}

),

files as (

    select * from {{ ref('stg_plumbline__files') }}

),

final as (

    select
        conflicts.source,
        conflicts.event_id,
        conflicts.file_digest as digest,
        loaded_files.file_name as loaded_file_name,
        conflicts.loaded_line_number,
        conflicts.loaded_body_digest,
        files.file_name,
        conflicts.line_number,
        conflicts.item_number,
        conflicts.conflicting_body_digest,
        '{{ var("build_id") }}' as build_id
    from conflicts
    left join files on conflicts.file_digest = files.file_digest
    left join files as loaded_files
        on conflicts.loaded_file_digest = loaded_files.file_digest

)

select * from final
