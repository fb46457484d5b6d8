with

events as (

    select * from {{ ref('int_evidence_events') }}

),

candidates as (

    select
        events.*,
        events.score_scaled is not null
        or events.score_raw is not null as has_score
    from events
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_items') }} as changed_items
        on
            events.student_key = changed_items.student_key
            and events.activity_id = changed_items.item_id
    {% endif %}
    where
        events.activity_id is not null
        and events.action in (
            'answered', 'graded', 'passed_failed', 'completed'
        )

),

scored as (

    select
        *,
        case
            when standard = 'xapi' and score_scaled is not null
                then score_scaled
            when standard = 'xapi' and score_max > score_min
                then (score_raw - score_min) / (score_max - score_min)
            when standard = 'caliper' and score_max > 0
                then score_raw / score_max
        end as score_share,
        case
            when standard = 'xapi' and action <> 'completed'
                then cast(cast(success as integer) as double)
        end as success_share
    from candidates
    where has_score or (success is not null and action <> 'completed')

),

final as (

    select
        student_key,
        source,
        event_id,
        activity_id as item_id,
        case
            when scored_by = 'person' then 'teacher_scored'
            else 'auto_scored'
        end as method,
        standard_refs,
        coalesce(score_raw, score_scaled) as score,
        -- least and greatest skip nulls, which must stay: no scale, no credit.
        case
            when isfinite(coalesce(score_share, success_share))
                then least(
                    greatest(coalesce(score_share, success_share), 0), 1
                )
        end as credit,
        case
            when choice_count >= 2 then 1 - 1 / choice_count
            else 1
        end as guess_weight,
        coalesce(
            (score_share >= 1 and not success)
            or (score_share <= 0 and success),
            false
        ) as has_conflict,
        performed_date,
        occurred_at,
        performed_at,
        success
    from scored

)

select * from final
