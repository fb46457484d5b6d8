with

source as (

    select * from {{ source('loaded', 'rejections') }}

),

final as (

    select
        file_digest,
        stage,
        rule,
        clause,
        cast(events as bigint) as events
    from source

)

select * from final
