with

totals as (

    select * from {{ ref('int_activity_by_activity') }}

),

final as (

    select
        student_key,
        activity_id,
        low_us / 60000000 as minutes_low,
        mid_us / 60000000 as minutes_mid,
        high_us / 60000000 as minutes_high,
        baseline_batch,
        activity_date
    from totals

)

select * from final
