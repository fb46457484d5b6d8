with

events as (

    select * from {{ ref('int_events') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- This list is the firewall's gate: durations, sessions and who chose an
-- activity stay outside; the end of an attempt dates what a person graded.
performed as (

    select
        student_key,
        source,
        event_id,
        activity_id,
        parent_id,
        standard,
        action,
        scored_by,
        standard_refs,
        score_scaled,
        score_raw,
        score_min,
        score_max,
        choice_count,
        success,
        baseline_batch,
        occurred_date,
        occurred_at,
        case
            when learner_role = 'assignee' and coalesce(action, '') <> 'hinted'
                then coalesce(ended_at, occurred_at)
            else occurred_at
        end as performed_at,
        case
            when learner_role = 'assignee' and coalesce(action, '') <> 'hinted'
                then coalesce(ended_date, occurred_date)
            else occurred_date
        end as performed_date
    from events

),

final as (

    select performed.*
    from performed
    inner join settings on performed.performed_date <= settings.as_of_date

)

select * from final
