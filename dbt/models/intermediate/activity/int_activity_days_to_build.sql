with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as student_key,
        cast(null as date) as activity_date
    where false

)

{% else %}

changed_days as (

    select * from {{ ref('int_activity_changed_days') }}

),

changed_types as (

    select * from {{ ref('int_activity_changed_types') }}

),

events as (

    select * from {{ ref('int_activity_timed') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- The typical gap is what a longer gap is worth; it may reach over midnight.
credited_otherwise as (

    select
        events.student_key,
        events.occurred_date + unnest([0, 1]) as activity_date
    from events
    semi join changed_types
        on events.activity_type = changed_types.activity_type
    cross join parameters
    where
        events.time_basis = 'inferred'
        and (
            events.gap_us is null
            or events.gap_us > 1000000 * parameters.time_on_task_mid_gap
        )

),

final as (

    select
        student_key,
        activity_date
    from changed_days

    union

    select * from credited_otherwise

)

{% endif %}

select * from final
