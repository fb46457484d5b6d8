{{ config(group='proxies') }}

-- The pieces of the intervals are as long as the intervals up to the end of
-- the date of the build. A build that updates calculates single dates, which
-- hold parts of intervals only.
with

last_moments as (

    select max(dates.ends_us) as last_us
    from {{ ref('int_local_dates') }} as dates
    inner join {{ ref('int_build_settings') }} as build_settings
        on dates.local_date <= build_settings.as_of_date

),

last_moments_elsewhere as (

    select
        dates.student_key,
        max(dates.ends_us) as last_us
    from {{ ref('int_local_dates_elsewhere') }} as dates
    inner join {{ ref('int_build_settings') }} as build_settings
        on dates.local_date <= build_settings.as_of_date
    group by dates.student_key

),

intervals as (

    select
        coalesce(
            sum(
                greatest(
                    least(
                        intervals.ends_us,
                        coalesce(elsewhere.last_us, last_moments.last_us)
                    )
                    - intervals.starts_us,
                    0
                )
            ),
            0
        ) as intervals_us
    from {{ ref('int_activity_intervals') }} as intervals
    left join last_moments_elsewhere as elsewhere
        on intervals.student_key = elsewhere.student_key
    cross join last_moments

),

pieces as (

    select coalesce(sum(ends_us - starts_us), 0) as pieces_us
    from {{ ref('int_activity_pieces') }}

)

select
    intervals.intervals_us,
    pieces.pieces_us
from intervals
cross join pieces
where
    {{ 'false' if var('baseline_build_id') else 'true' }}
    and intervals.intervals_us <> pieces.pieces_us
