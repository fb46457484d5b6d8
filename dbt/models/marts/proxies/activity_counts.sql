with

events as (

    select * from {{ ref('int_activity_events') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

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
                    order by occurred_at, event_id, source
                )
        end as try_of_day
    from events

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
        counted.student_key,
        counted.activity_date,
        counted.events,
        counted.attempts,
        counted.repeat_attempts,
        counted.hints,
        counted.completions,
        case when counted.is_choice_known then counted.chosen_by_student end
            as self_chosen,
        case when counted.is_choice_known then counted.set_by_student end
            as goals_set_by_student,
        '{{ var("build_id") }}' as build_id,
        parameters.activity_counts_version as definition_version
    from counted
    cross join parameters

)

select * from final
