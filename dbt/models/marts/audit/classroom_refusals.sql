with

refusals as (

    select * from {{ ref('stg_plumbline__classroom_refusals') }}

),

final as (

    select
        file_name,
        column_name,
        rule,
        file_row,
        '{{ var("build_id") }}' as build_id
    from refusals

)

select * from final
