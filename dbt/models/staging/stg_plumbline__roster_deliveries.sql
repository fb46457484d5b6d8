with

source as (

    select * from {{ source('loaded', 'roster_deliveries') }}

),

final as (

    select
        delivery_digest,
        delivery_name,
        state,
        rows as delivered_rows,
        rows_left_out,
        errors,
        students_before,
        sections_before,
        enrollments_before,
        students_after,
        sections_after,
        enrollments_after,
        effective_on
    from source

)

select * from final
