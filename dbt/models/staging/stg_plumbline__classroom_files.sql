with

source as (

    select * from {{ source('loaded', 'classroom_files') }}

),

final as (

    select
        file_name,
        file_digest as digest,
        form,
        read,
        loaded,
        duplicate,
        replaced,
        rejected,
        is_usable
    from source

)

select * from final
