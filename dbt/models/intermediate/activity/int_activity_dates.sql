with

events as not materialized (

    select * from {{ ref('int_activity_timed') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- Intervals reach into the dates beside those of their events.
dates as (

    select distinct occurred_date + unnest([-1, 0, 1]) as activity_date
    from events

    union

    select attempt_starts_date as activity_date
    from events
    where attempt_starts_date is not null

    union

    select attempt_ends_date as activity_date
    from events
    where attempt_ends_date is not null

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
