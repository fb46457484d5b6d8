with

events as (

    select * from {{ ref('int_activity_timed') }}

),

doubts as (

    select * from {{ ref('int_activity_doubts') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- Only events before the reporting window: today's events of others must not
-- move the minutes of yesterday.
medians as (

    select
        events.activity_type,
        median(events.gap_us) as median_us
    from events
    cross join doubts
    cross join parameters
    cross join settings
    where
        events.time_basis = 'inferred'
        and events.occurred_date < settings.reporting_window_starts_on
        and events.gap_us > 0
        and events.gap_us <= 1000000 * parameters.time_on_task_session_cut
        and events.activity_type is not null
    group by events.activity_type

),

-- Whole seconds: one late event must not move the minutes of everybody.
final as (

    select
        medians.activity_type,
        1000000 * cast(
            floor(
                least(
                    medians.median_us / 1000000,
                    parameters.time_on_task_mid_tail_cap
                )
            ) as bigint
        ) as typical_gap_us,
        settings.reporting_window_starts_on
    from medians
    cross join parameters
    cross join settings

)

select * from final
