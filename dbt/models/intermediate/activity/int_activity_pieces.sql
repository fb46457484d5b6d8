with

interval_dates as (

    select * from {{ ref('int_activity_interval_dates') }}

),

dates as (

    select * from {{ ref('int_activity_dates') }}

),

final as (

    select
        interval_dates.student_key,
        interval_dates.activity_id,
        interval_dates.interaction_mode,
        interval_dates.bound,
        interval_dates.activity_date,
        interval_dates.starts_us as begun_us,
        greatest(interval_dates.starts_us, dates.starts_us) as starts_us,
        least(interval_dates.ends_us, dates.ends_us) as ends_us
    from interval_dates
    inner join dates
        on interval_dates.activity_date = dates.activity_date

)

select * from final
