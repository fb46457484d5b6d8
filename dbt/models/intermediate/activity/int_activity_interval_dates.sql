with

intervals as (

    select * from {{ ref('int_activity_intervals') }}

),

dates as (

    select * from {{ ref('int_activity_dates') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- Nearly every interval lies within the date of its event: no zone is asked.
dated as (

    select
        intervals.student_key,
        intervals.activity_id,
        intervals.interaction_mode,
        intervals.bound,
        intervals.starts_us,
        intervals.ends_us,
        case
            when
                intervals.starts_us >= dates.starts_us
                and intervals.ends_us <= dates.ends_us
                then intervals.occurred_date
            else
                cast(
                    timezone(
                        settings.zone, make_timestamptz(intervals.starts_us)
                    ) as date
                )
        end as first_date,
        case
            when
                intervals.starts_us >= dates.starts_us
                and intervals.ends_us <= dates.ends_us
                then intervals.occurred_date
            else
                cast(
                    timezone(
                        settings.zone, make_timestamptz(intervals.ends_us - 1)
                    ) as date
                )
        end as last_date
    from intervals
    inner join dates
        on intervals.occurred_date = dates.activity_date
    cross join settings

),

touched as (

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        starts_us,
        ends_us,
        first_date as activity_date
    from dated

    union all

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        starts_us,
        ends_us,
        cast(
            unnest(generate_series(first_date + 1, last_date, interval 1 day))
            as date
        ) as activity_date
    from dated
    where first_date < last_date

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
