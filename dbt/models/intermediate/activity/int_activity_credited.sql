with

events as (

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

final as (

    select
        events.student_key,
        events.source,
        events.event_id,
        events.time_basis,
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
    from events
    left join typical_gaps
        on events.activity_type = typical_gaps.activity_type
    cross join parameters

)

select * from final
