with

source as (

    select * from {{ source('loaded', 'unmatched_identifiers') }}

),

final as (

    select
        actor_key,
        reason
    from source

)

select * from final
