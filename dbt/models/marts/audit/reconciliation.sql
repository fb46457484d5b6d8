with

files as (

    select * from {{ ref('stg_plumbline__files') }}

),

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

voided as (

    select * from {{ ref('int_events_voided') }}

),

stored_by_version as (

    select
        file_digest,
        standard || ' ' || spec_version as version_of_standard,
        count(*) as stored_events
    from events
    group by file_digest, standard, spec_version

),

stored_by_file as (

    select
        file_digest,
        cast(sum(stored_events) as bigint) as stored_events,
        coalesce(
            string_agg(version_of_standard, ', ' order by version_of_standard),
            ''
        ) as spec_versions
    from stored_by_version
    group by file_digest

),

voided_by_file as (

    select
        file_digest,
        count(*) as voided_events
    from voided
    group by file_digest

),

final as (

    select
        files.file_digest as digest,
        files.file_name,
        files.source,
        stored_by_file.spec_versions,
        files.read_events as read,
        files.loaded_events as loaded,
        files.duplicate_events as duplicate,
        files.conflicting_events as conflicting,
        files.rejected_events as rejected,
        files.minimised_events as minimised,
        coalesce(voided_by_file.voided_events, 0) as voided,
        files.read_events
        = files.loaded_events
        + files.duplicate_events
        + files.conflicting_events
        + files.rejected_events
        + files.minimised_events
        and files.loaded_events
        = coalesce(stored_by_file.stored_events, 0) as adds_up,
        '{{ var("build_id") }}' as build_id
    from files
    left join stored_by_file
        on files.file_digest = stored_by_file.file_digest
    left join voided_by_file
        on files.file_digest = voided_by_file.file_digest

)

select * from final
