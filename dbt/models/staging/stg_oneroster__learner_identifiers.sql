with

source as (

    select * from {{ source('loaded', 'learner_identifiers') }}

),

final as (

    select
        actor_key,
        student_key
    from source

)

select * from final
