with

union_dates as (

    select * from {{ ref('int_activity_union_dates') }}

),

dates as (

    select * from {{ ref('int_activity_dates') }}

),

final as (

    select
        union_dates.student_key,
        union_dates.bound,
        union_dates.activity_date,
        greatest(union_dates.starts_us, dates.starts_us) as starts_us,
        least(union_dates.ends_us, dates.ends_us) as ends_us
    from union_dates
    inner join dates
        on union_dates.activity_date = dates.activity_date

)

select * from final
