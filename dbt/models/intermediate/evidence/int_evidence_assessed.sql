with

scored as (

    select * from {{ ref('int_evidence_scored') }}

),

written as (

    select * from {{ ref('int_evidence_written') }}

),

sources as (

    select * from {{ ref('stg_plumbline__sources') }}

),

crosswalk as (

    select * from {{ ref('stg_plumbline__scale_crosswalk') }}

),

steps_of_scales as (

    select
        scale,
        score_from,
        outcome,
        lead(score_from, 1, cast('infinity' as double)) over (
            partition by scale
            order by score_from
        ) as score_to
    from crosswalk

),

combined as (

    select
        scored.student_key,
        scored.source,
        scored.event_id,
        scored.item_id,
        scored.method,
        scored.standard_refs,
        case when scored.score is not null then sources.score_scale end
            as scale,
        scored.score,
        scored.credit,
        scored.guess_weight,
        scored.has_conflict,
        scored.performed_date,
        scored.occurred_at,
        scored.performed_at,
        scored.success
    from scored
    left join sources on scored.source = sources.source

    union all

    select
        student_key,
        source,
        event_id,
        item_id,
        method,
        standard_refs,
        scale,
        score,
        credit,
        1 as guess_weight,
        false as has_conflict,
        performed_date,
        performed_at as occurred_at,
        performed_at,
        null as success
    from written

),

-- What a score on a scale is worth is for people to say, not for its range.
final as (

    select
        combined.student_key,
        combined.source,
        combined.event_id,
        combined.item_id,
        combined.method,
        combined.standard_refs,
        case
            when combined.scale is null then combined.credit
            else steps_of_scales.outcome
        end as credit,
        combined.guess_weight,
        case
            when combined.scale is null then combined.has_conflict
            else
                coalesce(
                    (steps_of_scales.outcome >= 1 and not combined.success)
                    or (steps_of_scales.outcome <= 0 and combined.success),
                    false
                )
        end as has_conflict,
        combined.scale is not null and steps_of_scales.outcome is null
            as is_unreviewed,
        combined.performed_date,
        combined.occurred_at,
        combined.performed_at,
        combined.success
    from combined
    left join steps_of_scales
        on
            combined.scale = steps_of_scales.scale
            and combined.score >= steps_of_scales.score_from
            and combined.score < steps_of_scales.score_to

)

select * from final
