with

intervals as (

    select * from {{ ref('int_activity_intervals') }}

),

dates as (

    select * from {{ ref('int_local_dates') }}

),

dates_elsewhere as (

    select * from {{ ref('int_local_dates_elsewhere') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

dated as (

    select
        intervals.student_key,
        intervals.activity_id,
        intervals.interaction_mode,
        intervals.bound,
        intervals.is_longer,
        intervals.starts_us,
        intervals.ends_us,
        intervals.occurred_date as activity_date,
        dates_elsewhere.student_key is not null as is_elsewhere,
        coalesce(dates_elsewhere.starts_us, dates.starts_us) as date_starts_us,
        coalesce(dates_elsewhere.ends_us, dates.ends_us) as date_ends_us
    from intervals
    inner join dates
        on intervals.occurred_date = dates.local_date
    left join dates_elsewhere
        on
            intervals.student_key = dates_elsewhere.student_key
            and intervals.occurred_date = dates_elsewhere.local_date

),

-- Nearly every interval lies within the date of its event.
within_the_date as (

    select * from dated
    where starts_us >= date_starts_us and ends_us <= date_ends_us

),

reaching_out as (

    select * from dated
    where starts_us < date_starts_us or ends_us > date_ends_us

),

touched as (

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        is_longer,
        starts_us,
        ends_us,
        activity_date,
        date_starts_us,
        date_ends_us
    from within_the_date

    union all

    select
        reaching_out.student_key,
        reaching_out.activity_id,
        reaching_out.interaction_mode,
        reaching_out.bound,
        reaching_out.is_longer,
        reaching_out.starts_us,
        reaching_out.ends_us,
        dates.local_date as activity_date,
        dates.starts_us as date_starts_us,
        dates.ends_us as date_ends_us
    from reaching_out
    inner join dates
        on
            reaching_out.starts_us < dates.ends_us
            and reaching_out.ends_us > dates.starts_us
    where not reaching_out.is_elsewhere

    union all

    select
        reaching_out.student_key,
        reaching_out.activity_id,
        reaching_out.interaction_mode,
        reaching_out.bound,
        reaching_out.is_longer,
        reaching_out.starts_us,
        reaching_out.ends_us,
        dates_elsewhere.local_date as activity_date,
        dates_elsewhere.starts_us as date_starts_us,
        dates_elsewhere.ends_us as date_ends_us
    from reaching_out
    inner join dates_elsewhere
        on
            reaching_out.student_key = dates_elsewhere.student_key
            and reaching_out.starts_us < dates_elsewhere.ends_us
            and reaching_out.ends_us > dates_elsewhere.starts_us

),

final as (

    select touched.*
    from touched
    inner join settings on touched.activity_date <= settings.as_of_date
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_activity_days_to_build') }} as days_to_build
        on
            touched.student_key = days_to_build.student_key
            and touched.activity_date = days_to_build.activity_date
    {% endif %}

)

select * from final
