with

attributed as (

    select * from {{ ref('int_activity_attributed') }}

),

student_days as (

    select * from {{ ref('int_activity_student_days') }}

),

-- greatest and least skip nulls: without bells nothing lies between them.
placed as (

    select
        attributed.student_key,
        attributed.activity_id,
        attributed.interaction_mode,
        attributed.bound,
        attributed.activity_date,
        attributed.ends_us - attributed.starts_us as length_us,
        case
            when
                student_days.is_instructional
                and student_days.opens_us is not null
                and student_days.closes_us is not null
                then greatest(
                    least(attributed.ends_us, student_days.closes_us)
                    - greatest(attributed.starts_us, student_days.opens_us),
                    0
                )
            else 0
        end as school_us
    from attributed
    inner join student_days
        on
            attributed.student_key = student_days.student_key
            and attributed.activity_date = student_days.activity_date

),

final as (

    select
        student_key,
        activity_id,
        interaction_mode,
        activity_date,
        {% for bound in ['low', 'mid', 'high'] %}
        cast(
            coalesce(sum(length_us) filter (where bound = '{{ bound }}'), 0)
            as bigint
        ) as {{ bound }}_us,
        cast(
            coalesce(sum(school_us) filter (where bound = '{{ bound }}'), 0)
            as bigint
        ) as school_{{ bound }}_us{{ ',' if not loop.last }}
        {% endfor %}
    from placed
    group by student_key, activity_id, interaction_mode, activity_date

)

select * from final
