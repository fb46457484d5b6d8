with

files as (

    select * from {{ ref('stg_plumbline__classroom_files') }}

),

final as (

    select
        file_name,
        digest,
        form,
        read,
        loaded,
        duplicate,
        replaced,
        rejected,
        is_usable,
        not is_usable
        or read = loaded + duplicate + replaced + rejected as adds_up,
        '{{ var("build_id") }}' as build_id
    from files

)

select * from final
