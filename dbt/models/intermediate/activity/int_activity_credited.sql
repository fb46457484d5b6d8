with

events as not materialized (

    select * from {{ ref('int_activity_timed') }}

),

typical_gaps as (

    select * from {{ ref('int_activity_typical_gaps') }}

),

parameters as (

    select
        cast(1000000 * time_on_task_low_gap as bigint) as low_gap_us,
        cast(1000000 * time_on_task_mid_gap as bigint) as mid_gap_us,
        cast(1000000 * time_on_task_mid_tail_unknown as bigint)
            as mid_tail_unknown_us,
        cast(1000000 * time_on_task_high_gap as bigint) as high_gap_us,
        cast(1000000 * time_on_task_high_credit as bigint) as high_credit_us,
        cast(1000000 * time_on_task_high_tail as bigint) as high_tail_us
    from {{ ref('int_measure_parameters') }}

),

{% if var('baseline_build_id') %}

changed_days as (

    select * from {{ ref('int_activity_changed_days') }}

),

days_to_build as (

    select * from {{ ref('int_activity_days_to_build') }}

),

events_changed as (

    select events.*
    from events
    semi join changed_days
        on
            events.student_key = changed_days.student_key
            and events.occurred_date = changed_days.activity_date
    where events.baseline_batch = {{ var('baseline_batch') }}

),

days_credited_otherwise as (

    select days_to_build.*
    from days_to_build
    anti join changed_days
        on
            days_to_build.student_key = changed_days.student_key
            and days_to_build.activity_date = changed_days.activity_date

),

events_credited_otherwise as (

    select events.*
    from events
    semi join days_credited_otherwise
        on
            events.student_key = days_credited_otherwise.student_key
            and events.occurred_date = days_credited_otherwise.activity_date

),

-- Near midnight an interval may lie on the date beside that of its event.
days_beside as (

    select distinct
        student_key,
        activity_date + unnest([-1, 1]) as activity_date
    from days_to_build

),

events_beside as (

    select events.*
    from events
    semi join days_beside
        on
            events.student_key = days_beside.student_key
            and events.occurred_date = days_beside.activity_date
    where events.is_near_midnight and events.attempt_starts_date is null

),

-- It may lie anywhere where the event tells when its attempt began and ended.
attempts as (

    select * from events
    where attempt_starts_date is not null

),

attempts_on_the_days as (

    select attempts.*
    from attempts
    semi join days_to_build
        on
            attempts.student_key = days_to_build.student_key
            and attempts.attempt_starts_date = days_to_build.activity_date

    union

    select attempts.*
    from attempts
    semi join days_to_build
        on
            attempts.student_key = days_to_build.student_key
            and attempts.attempt_ends_date = days_to_build.activity_date

),

events_elsewhere as (

    select * from events_beside

    union all

    select * from attempts_on_the_days

),

events_nearby as (

    select * from events_changed

    union all

    select * from events_credited_otherwise

    union all

    select events_elsewhere.*
    from events_elsewhere
    anti join days_to_build
        on
            events_elsewhere.student_key = days_to_build.student_key
            and events_elsewhere.occurred_date = days_to_build.activity_date

),

{% else %}

events_nearby as (

    select * from events

),

{% endif %}

final as (

    select
        events.student_key,
        events.source,
        events.event_id,
        events.activity_id,
        events.interaction_mode,
        events.time_basis,
        events.occurred_date,
        events.starts_us,
        case
            when events.time_basis <> 'inferred' then events.ends_us
        end as trusted_ends_us,
        case
            when events.time_basis <> 'inferred' then events.ends_us
            when events.gap_us <= parameters.low_gap_us
                then events.starts_us + events.gap_us
            else events.starts_us
        end as low_ends_us,
        case
            when events.time_basis <> 'inferred' then events.ends_us
            when events.gap_us <= parameters.mid_gap_us
                then events.starts_us + events.gap_us
            else
                events.starts_us
                + coalesce(
                    typical_gaps.typical_gap_us,
                    parameters.mid_tail_unknown_us
                )
        end as mid_ends_us,
        case
            when events.time_basis <> 'inferred' then events.ends_us
            when events.gap_us <= parameters.high_gap_us
                then
                    events.starts_us
                    + least(events.gap_us, parameters.high_credit_us)
            else events.starts_us + parameters.high_tail_us
        end as high_ends_us
    from events_nearby as events
    left join typical_gaps
        on events.activity_type = typical_gaps.activity_type
    cross join parameters

)

select * from final
