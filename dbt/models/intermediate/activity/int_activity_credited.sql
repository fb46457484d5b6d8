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

days_to_build as (

    select * from {{ ref('int_activity_days_to_build') }}

),

-- Intervals lie on the date of their event or the one beside it, unless it
-- tells when its attempt began and ended.
nearby_days as (

    select distinct
        student_key,
        activity_date + unnest([-1, 0, 1]) as activity_date
    from days_to_build

),

attempts as (

    select * from events
    where attempt_starts_date is not null

),

attempts_nearby as (

    select
        attempts.source,
        attempts.event_id
    from attempts
    semi join days_to_build
        on
            attempts.student_key = days_to_build.student_key
            and attempts.attempt_starts_date = days_to_build.activity_date

    union

    select
        attempts.source,
        attempts.event_id
    from attempts
    semi join days_to_build
        on
            attempts.student_key = days_to_build.student_key
            and attempts.attempt_ends_date = days_to_build.activity_date

),

events_nearby as (

    select events.*
    from events
    semi join nearby_days
        on
            events.student_key = nearby_days.student_key
            and events.occurred_date = nearby_days.activity_date

    union all

    select attempts.*
    from attempts
    semi join attempts_nearby
        on
            attempts.source = attempts_nearby.source
            and attempts.event_id = attempts_nearby.event_id
    anti join nearby_days
        on
            attempts.student_key = nearby_days.student_key
            and attempts.occurred_date = nearby_days.activity_date

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
