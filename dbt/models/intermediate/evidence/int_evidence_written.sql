with

written as (

    select * from {{ ref('stg_plumbline__classroom_evidence') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- Nobody wrote down the hour: it counts as noon of the school.
final as (

    select
        written.student_key,
        'classroom' as source,
        written.record_key as event_id,
        written.item_id || '#' || written.standard_id as item_id,
        written.method,
        [written.standard_id] as standard_refs,
        written.scale,
        written.score,
        case
            when written.scale is null
                then
                    (written.score - coalesce(written.min_score, 0))
                    / (written.max_score - coalesce(written.min_score, 0))
        end as credit,
        written.assessed_on as performed_date,
        timezone(settings.zone, written.assessed_on + interval 12 hour)
            as performed_at
    from written
    inner join settings on written.assessed_on <= settings.as_of_date

)

select * from final
