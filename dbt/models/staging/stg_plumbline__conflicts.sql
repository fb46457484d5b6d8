with

source as (

    select * from {{ source('loaded', 'conflicts') }}

),

final as (

    select
        source,
        event_id,
        loaded_body_digest,
        loaded_file_digest,
        loaded_line_number,
        conflicting_body_digest,
        file_digest,
        line_number,
        item_number
    from source

)

select * from final
