with

source as (

    select * from {{ source('loaded', 'verb_actions') }}

),

final as (

    select
        verb,
        activity_type,
        action
    from source

)

select * from final
