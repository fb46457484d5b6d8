with

deliveries as (

    select * from {{ ref('stg_plumbline__roster_deliveries') }}

),

final as (

    select
        delivery_digest as digest,
        delivery_name as file_name,
        state,
        delivered_rows,
        rows_left_out,
        errors,
        students_before,
        students_after,
        enrollments_before,
        enrollments_after,
        effective_on as effective_date,
        '{{ var("build_id") }}' as build_id
    from deliveries

)

select * from final
