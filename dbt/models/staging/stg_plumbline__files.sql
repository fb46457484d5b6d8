with

source as (

    select * from {{ source('loaded', 'files') }}

),

final as (

    select
        file_digest,
        file_name,
        source,
        batch_number,
        cast(read as bigint) as read_events,
        cast(loaded as bigint) as loaded_events,
        cast(duplicate as bigint) as duplicate_events,
        cast(conflicting as bigint) as conflicting_events,
        cast(rejected as bigint) as rejected_events,
        cast(minimised as bigint) as minimised_events
    from source

)

select * from final
