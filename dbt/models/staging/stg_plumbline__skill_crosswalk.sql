with

source as (

    select * from {{ source('loaded', 'skill_crosswalk') }}

),

final as (

    select
        skill,
        standard_id,
        relation
    from source

)

select * from final
