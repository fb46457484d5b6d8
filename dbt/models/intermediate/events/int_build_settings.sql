with

districts as (

    select * from {{ ref('stg_plumbline__districts') }}

),

academic_sessions as (

    select * from {{ ref('stg_oneroster__academic_sessions') }}

),

builds as (

    select cast('{{ var("as_of_date") }}' as date) as as_of_date

),

grading_periods_begun as (

    select
        academic_sessions.starts_on,
        builds.as_of_date < academic_sessions.ends_on as holds_the_date
    from academic_sessions
    inner join builds on academic_sessions.starts_on <= builds.as_of_date
    where academic_sessions.type = 'gradingPeriod'

),

reporting_windows as (

    select
        coalesce(
            max(starts_on) filter (where holds_the_date),
            max(starts_on)
        ) as reporting_window_starts_on
    from grading_periods_begun

),

final as (

    select
        districts.district_id,
        districts.zone,
        builds.as_of_date,
        reporting_windows.reporting_window_starts_on
    from districts
    cross join builds
    cross join reporting_windows

)

select * from final
