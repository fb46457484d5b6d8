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

placed as (

    select
        written.*,
        written.assessed_on + 1 as next_date,
        coalesce(zones.zone, settings.zone) as zone_of_school,
        case
            when zones.ends_on = written.assessed_on + 1 then zones.ends_at
        end as school_ends_at
    from written
    inner join settings on written.assessed_on <= settings.as_of_date
    left join zones
        on
            written.student_key = zones.student_key
            and written.assessed_on >= zones.starts_on
            and written.assessed_on < zones.ends_on

),

midnights as (

    select
        *,
        timezone(zone_of_school, cast(next_date as timestamp)) as midnight
    from placed

),

-- Where clocks go back at midnight it comes twice, and the first one counts.
ended as (

    select
        *,
        case
            when school_ends_at is not null then school_ends_at
            when
                cast(
                    timezone(
                        zone_of_school, midnight - interval 1 hour
                    ) as date
                ) = next_date
                then midnight - interval 1 hour
            else midnight
        end as ends_at
    from midnights

),

-- Nobody wrote down the hour. At the end of its date it stands behind all that
-- has one, so that no clock decides the order of tries.
final as (

    select
        student_key,
        'classroom' as source,
        cast(record_key as uuid) as event_id,
        item_id || '#' || standard_id as item_id,
        method,
        [standard_id] as standard_refs,
        scale,
        score,
        case
            when scale is null
                then
                    (score - coalesce(min_score, 0))
                    / (max_score - coalesce(min_score, 0))
        end as credit,
        assessed_on as performed_date,
        ends_at - interval 1 microsecond as performed_at
    from ended

)

select * from final
