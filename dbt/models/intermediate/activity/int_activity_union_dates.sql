with

unions as (

    select * from {{ ref('int_activity_unions') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

dated as (

    select
        unions.*,
        cast(
            timezone(settings.zone, make_timestamptz(unions.starts_us))
            as date
        ) as first_date,
        least(
            cast(
                timezone(settings.zone, make_timestamptz(unions.ends_us - 1))
                as date
            ),
            settings.as_of_date
        ) as last_date
    from unions
    cross join settings

),

final as (

    select
        student_key,
        bound,
        starts_us,
        ends_us,
        cast(
            unnest(generate_series(first_date, last_date, interval 1 day))
            as date
        ) as activity_date
    from dated

)

select * from final
