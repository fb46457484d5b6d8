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

-- Who comes first is settled on Monday: what expires in the week makes no room.
of_the_week as (

    select states.*
    from states
    cross join settings
    cross join parameters
    where
        settings.week_start_date - states.last_evidence_date
        <= parameters.practice_episodes_expires_after

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

turns as (

    select
        classes.section_id,
        of_the_week.student_key,
        of_the_week.standard_id,
        of_the_week.state,
        of_the_week.urgency,
        row_number() over (
            partition by classes.section_id, of_the_week.state
            order by
                of_the_week.attempts desc,
                of_the_week.student_key asc,
                of_the_week.standard_id asc
        ) as turn
    from of_the_week
    inner join classes on of_the_week.student_key = classes.student_key

),

-- States take turns. What is indeterminate tells least: it has what is left.
ranked as (

    select
        student_key,
        standard_id,
        row_number() over (
            partition by section_id
            order by
                case when state = 'indeterminate' then 1 else 0 end asc,
                turn asc,
                urgency asc
        ) as place_in_class
    from turns

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
        of_the_week.student_key,
        of_the_week.standard_id,
        of_the_week.state,
        of_the_week.attempts,
        of_the_week.evidence_days as days,
        settings.week_start_date,
        of_the_week.started_on,
        of_the_week.last_evidence_date,
        concat(
            'has worked on ',
            coalesce(standards.code, standards.statement),
            ' ',
            of_the_week.attempts,
            ' times over ',
            of_the_week.evidence_days,
            case
                when of_the_week.evidence_days = 1 then ' day '
                else ' days '
            end,
            case
                when of_the_week.state = 'over_practice'
                    then 'after being secure'
                else 'without three right in a row'
            end,
            '; a look may help'
        ) as sentence,
        case
            when
                of_the_week.state in (
                    'stalled', 'productive_struggle', 'remediation_loop'
                )
                then parameters.practice_episodes_false_alarm_rate
        end as false_alarm_rate,
        parameters.practice_episodes_version as definition_version,
        parameters.practice_episodes_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from of_the_week
    semi join shown
        on
            of_the_week.student_key = shown.student_key
            and of_the_week.standard_id = shown.standard_id
    inner join standards on of_the_week.standard_id = standards.standard_id
    cross join settings
    cross join parameters
    where
        settings.as_of_date - of_the_week.last_evidence_date
        <= parameters.practice_episodes_expires_after

)

select * from final
