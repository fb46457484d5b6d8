with

interval_dates as (

    select * from {{ ref('int_activity_interval_dates') }}

),

final as (

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        is_longer,
        activity_date,
        starts_us as begun_us,
        greatest(starts_us, date_starts_us) as starts_us,
        least(ends_us, date_ends_us) as ends_us
    from interval_dates

)

select * from final
