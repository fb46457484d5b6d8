with

zone_dates as (

    select * from {{ ref('stg_plumbline__zone_dates') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

final as (

    select
        zone_dates.local_date,
        zone_dates.starts_at,
        zone_dates.ends_at,
        epoch_us(zone_dates.starts_at) as starts_us,
        epoch_us(zone_dates.ends_at) as ends_us
    from zone_dates
    inner join settings on zone_dates.zone = settings.zone

)

select * from final
