with

union_dates as (

    select * from {{ ref('int_activity_union_dates') }}

),

events as (

    select * from {{ ref('int_activity_events') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

dates as (

    select activity_date from union_dates

    union

    select occurred_date as activity_date from events

),

midnights as (

    select
        dates.activity_date,
        settings.zone,
        timezone(settings.zone, cast(dates.activity_date as timestamp))
            as starts_at,
        timezone(
            settings.zone, cast(dates.activity_date + 1 as timestamp)
        ) as ends_at
    from dates
    cross join settings

),

-- Where clocks go back at midnight, midnight comes twice: the date begins
-- with the first.
final as (

    select
        activity_date,
        epoch_us(
            case
                when
                    cast(
                        timezone(zone, starts_at - interval 1 hour) as date
                    ) = activity_date
                    then starts_at - interval 1 hour
                else starts_at
            end
        ) as starts_us,
        epoch_us(
            case
                when
                    cast(
                        timezone(zone, ends_at - interval 1 hour) as date
                    ) = activity_date + 1
                    then ends_at - interval 1 hour
                else ends_at
            end
        ) as ends_us
    from midnights

)

select * from final
