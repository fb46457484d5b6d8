with

schools as (

    select * from {{ ref('stg_oneroster__schools') }}

),

final as (

    select
        school_id,
        name,
        '{{ var("build_id") }}' as build_id
    from schools

)

select * from final
