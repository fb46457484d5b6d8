with

totals as (

    select * from {{ ref('int_activity_attributed_totals') }}

),

enrollments as (

    select * from {{ ref('int_enrollments_dated') }}
    where role = 'student'

),

school_days as (

    select * from {{ ref('stg_plumbline__school_days') }}
    where is_instructional and opens_at < closes_at

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

stretches as (

    select
        section_id,
        school_id,
        starts_on,
        ends_on,
        count(*) as students
    from enrollments
    group by section_id, school_id, starts_on, ends_on

),

taught as (

    select
        stretches.section_id,
        cast(date_trunc('week', school_days.date) as date) as week_start_date,
        sum(
            stretches.students
            * date_diff(
                'second', school_days.opens_at, school_days.closes_at
            )
        ) as instructional_seconds
    from stretches
    inner join school_days
        on
            stretches.school_id = school_days.school_id
            and stretches.starts_on <= school_days.date
            and stretches.ends_on > school_days.date
    inner join settings on school_days.date <= settings.as_of_date
    group by stretches.section_id, week_start_date

),

spent as (

    select
        enrollments.section_id,
        cast(date_trunc('week', totals.activity_date) as date)
            as week_start_date,
        sum(totals.school_low_us) as low_us,
        sum(totals.school_mid_us) as mid_us,
        {% for mode in ['alone', 'group', 'teacher_led', 'unknown'] %}
        coalesce(
            sum(totals.school_mid_us) filter (
                where totals.interaction_mode = '{{ mode }}'
            ),
            0
        ) as {{ mode }}_us,
        {% endfor %}
        sum(totals.school_high_us) as high_us
    from totals
    inner join enrollments
        on
            totals.student_key = enrollments.person_key
            and totals.activity_date >= enrollments.starts_on
            and totals.activity_date < enrollments.ends_on
    group by enrollments.section_id, week_start_date

),

final as (

    select
        spent.section_id,
        spent.week_start_date,
        spent.low_us / (1000000 * taught.instructional_seconds) as share_low,
        spent.mid_us / (1000000 * taught.instructional_seconds) as share_mid,
        spent.high_us / (1000000 * taught.instructional_seconds)
            as share_high,
        spent.alone_us / nullif(spent.mid_us, 0) as share_alone,
        spent.group_us / nullif(spent.mid_us, 0) as share_group,
        spent.teacher_led_us / nullif(spent.mid_us, 0) as share_teacher_led,
        spent.unknown_us / nullif(spent.mid_us, 0) as share_unknown,
        parameters.screen_share_version as definition_version,
        parameters.screen_share_hash as definition_hash,
        '{{ var("build_id") }}' as build_id
    from spent
    inner join taught
        on
            spent.section_id = taught.section_id
            and spent.week_start_date = taught.week_start_date
    cross join parameters

)

select * from final
