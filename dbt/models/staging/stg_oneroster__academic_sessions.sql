with

source as (

    select * from {{ source('loaded', 'academic_sessions') }}

),

final as (

    select
        academic_session_id,
        parent_id,
        title,
        type,
        starts_on,
        ends_on
    from source

)

select * from final
