with

states as (

    select * from {{ ref('int_practice_states') }}

),

enrollments as (

    select * from {{ ref('int_enrollments_dated') }}
    where role = 'student'

),

standards as (

    select * from {{ ref('standards') }}

),

settings as (

    select
        as_of_date,
        cast(date_trunc('week', as_of_date) as date) as week_start_date
    from {{ ref('int_build_settings') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

classes as (

    select distinct
        enrollments.section_id,
        enrollments.person_key as student_key
    from enrollments
    inner join settings
        on
            enrollments.starts_on <= settings.week_start_date
            and enrollments.ends_on > settings.week_start_date

),

ranked as (

    select
        states.student_key,
        states.standard_id,
        row_number() over (
            partition by classes.section_id
            order by
                states.urgency,
                states.attempts desc,
                states.student_key,
                states.standard_id
        ) as place_in_class
    from states
    inner join classes on states.student_key = classes.student_key

),

-- Whoever is in several classes is among the first of each, or is not shown.
shown as (

    select
        student_key,
        standard_id
    from ranked
    group by student_key, standard_id
    having
        max(place_in_class)
        <= (
            select max(parameters.practice_episodes_most_rows_of_class)
            from parameters
        )

),

final as (

    select
        states.student_key,
        states.standard_id,
        states.state,
        states.attempts,
        states.days,
        settings.week_start_date,
        states.started_on,
        states.last_evidence_date,
        'has worked on '
        || coalesce(standards.code, standards.statement)
        || ' ' || states.attempts || ' times over ' || states.days || ' days '
        || case
            when states.state = 'over_practice' then 'after being secure'
            else 'without three right in a row'
        end
        || '; a look may help' as sentence,
        case
            when
                states.state in (
                    'stalled', 'productive_struggle', 'remediation_loop'
                )
                then parameters.practice_episodes_false_alarm_rate
        end as false_alarm_rate,
        parameters.practice_episodes_version as definition_version,
        parameters.practice_episodes_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from states
    semi join shown
        on
            states.student_key = shown.student_key
            and states.standard_id = shown.standard_id
    inner join standards on states.standard_id = standards.standard_id
    cross join settings
    cross join parameters

)

select * from final
