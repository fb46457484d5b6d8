with

zone_dates as (

    select * from {{ ref('stg_plumbline__zone_dates') }}

),

student_zones as (

    select * from {{ ref('stg_plumbline__student_zones') }}

),

-- The last date before other clocks hold lasts until their midnight: the dates
-- of a student follow one another without a gap.
dated as (

    select
        student_zones.student_key,
        zone_dates.local_date,
        zone_dates.starts_at,
        case
            when
                zone_dates.local_date + 1 = student_zones.ends_on
                then coalesce(student_zones.ends_at, zone_dates.ends_at)
            else zone_dates.ends_at
        end as ends_at
    from student_zones
    inner join zone_dates
        on
            student_zones.zone = zone_dates.zone
            and student_zones.starts_on <= zone_dates.local_date
            and student_zones.ends_on > zone_dates.local_date

),

final as (

    select
        student_key,
        local_date,
        starts_at,
        ends_at,
        epoch_us(starts_at) as starts_us,
        epoch_us(ends_at) as ends_us
    from dated

)

select * from final
