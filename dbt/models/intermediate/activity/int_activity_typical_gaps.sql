with

events as (

    select * from {{ ref('int_activity_timed') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- Only events before the reporting window: today's events of others must not
-- move the minutes of yesterday.
medians as (

    select
        activity_type,
        median(gap_us) as median_us
    from events
    where
        time_basis = 'inferred'
        and is_before_window
        and gap_us > 0
        and gap_us <= session_cut_us
        and activity_type is not null
    group by activity_type

),

final as (

    select
        medians.activity_type,
        cast(
            floor(
                least(
                    medians.median_us,
                    1000000 * parameters.time_on_task_mid_tail_cap
                )
            ) as bigint
        ) as typical_gap_us
    from medians
    cross join parameters

)

select * from final
