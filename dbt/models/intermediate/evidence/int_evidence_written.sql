with

written as (

    select * from {{ ref('stg_plumbline__classroom_evidence') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

zones as (

    select * from {{ ref('stg_plumbline__student_zones') }}

),

-- Nobody wrote down the hour. At the end of its date it stands behind all that
-- has one, so that no clock decides the order of tries.
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
        timezone(
            coalesce(zones.zone, settings.zone),
            written.assessed_on + interval 1 day
        ) - interval 1 microsecond as performed_at
    from written
    inner join settings on written.assessed_on <= settings.as_of_date
    left join zones
        on
            written.student_key = zones.student_key
            and written.assessed_on >= zones.starts_on
            and written.assessed_on < zones.ends_on

)

select * from final
