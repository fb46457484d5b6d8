with

events as (

    select * from {{ ref('int_activity_timed') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

{% if var('baseline_build_id') %}

changed_days as (

    select * from {{ ref('int_activity_changed_days') }}

),

events_to_count as (

    select events.*
    from events
    semi join changed_days
        on
            events.student_key = changed_days.student_key
            and events.occurred_date = changed_days.activity_date
    where events.baseline_batch = {{ var('baseline_batch') }}

),

{% else %}

events_to_count as (

    select * from events

),

{% endif %}

tries_numbered as (

    select
        student_key,
        occurred_date,
        action,
        chosen_by,
        case
            when action = 'answered' and activity_id is not null
                then row_number() over (
                    partition by
                        student_key,
                        occurred_date,
                        activity_id,
                        action
                    order by occurred_us, event_id, source
                )
        end as try_of_day
    from events_to_count

),

counted as (

    select
        tries_numbered.student_key,
        tries_numbered.occurred_date as activity_date,
        count(*) as events,
        count(*) filter (where tries_numbered.action = 'answered') as attempts,
        count(*) filter (
            where
            tries_numbered.try_of_day
            > parameters.activity_counts_tries_before_repeat
        ) as repeat_attempts,
        count(*) filter (where tries_numbered.action = 'hinted') as hints,
        count(*) filter (
            where tries_numbered.action = 'completed'
        ) as completions,
        count(*) filter (
            where
            tries_numbered.chosen_by = 'student'
            and tries_numbered.action <> 'goal_set'
        ) as chosen_by_student,
        count(*) filter (
            where
            tries_numbered.chosen_by = 'student'
            and tries_numbered.action = 'goal_set'
        ) as set_by_student,
        count(tries_numbered.chosen_by) > 0 as is_choice_known
    from tries_numbered
    cross join parameters
    group by tries_numbered.student_key, tries_numbered.occurred_date

),

final as (

    select
        student_key,
        activity_date,
        events,
        attempts,
        repeat_attempts,
        hints,
        completions,
        case when is_choice_known then chosen_by_student end as self_chosen,
        case when is_choice_known then set_by_student end
            as goals_set_by_student,
        {{ var('baseline_batch') }} as baseline_batch
    from counted

)

select * from final
