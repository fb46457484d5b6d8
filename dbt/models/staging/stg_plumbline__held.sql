with

source as (

    select * from {{ source('loaded', 'held') }}

),

final as (

    select
        file_digest,
        file_name,
        source,
        cast(read as bigint) as read_events,
        cast(rejected as bigint) as rejected_events,
        held_since as held_since_date
    from source

)

select * from final
