with

attributed as (

    select * from {{ ref('int_activity_attributed') }}

),

unions as (

    select * from {{ ref('int_activity_unions') }}

),

student_days as (

    select * from {{ ref('int_activity_student_days') }}

),

-- What a narrower bound holds was credited there.
stretches as (

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        1 as sign,
        activity_date,
        starts_us,
        ends_us
    from attributed

    union all

    select
        attributed.student_key,
        attributed.activity_id,
        attributed.interaction_mode,
        attributed.bound,
        -1 as sign,
        attributed.activity_date,
        greatest(attributed.starts_us, unions.starts_us) as starts_us,
        least(attributed.ends_us, unions.ends_us) as ends_us
    from attributed
    inner join unions
        on
            attributed.student_key = unions.student_key
            and attributed.activity_date = unions.activity_date
            and attributed.narrower_bound = unions.bound
            and attributed.starts_us < unions.ends_us
            and attributed.ends_us > unions.starts_us

),

-- greatest and least skip nulls: without bells nothing lies between them.
placed as (

    select
        stretches.student_key,
        stretches.activity_id,
        stretches.interaction_mode,
        list_position(['trusted', 'low', 'mid', 'high'], stretches.bound)
            as width,
        stretches.activity_date,
        stretches.sign * (stretches.ends_us - stretches.starts_us) as length_us,
        case
            when
                student_days.is_instructional
                and student_days.opens_us is not null
                and student_days.closes_us is not null
                then
                    stretches.sign * greatest(
                        least(stretches.ends_us, student_days.closes_us)
                        - greatest(stretches.starts_us, student_days.opens_us),
                        0
                    )
            else 0
        end as school_us
    from stretches
    inner join student_days
        on
            stretches.student_key = student_days.student_key
            and stretches.activity_date = student_days.activity_date

),

final as (

    select
        student_key,
        activity_id,
        interaction_mode,
        {% for bound in ['low', 'mid', 'high'] %}
        cast(
            coalesce(
                sum(length_us) filter (where width <= {{ loop.index + 1 }}),
                0
            ) as bigint
        ) as {{ bound }}_us,
        cast(
            coalesce(
                sum(school_us) filter (where width <= {{ loop.index + 1 }}),
                0
            ) as bigint
        ) as school_{{ bound }}_us,
        {% endfor %}
        activity_date,
        {{ var('baseline_batch') }} as baseline_batch
    from placed
    group by student_key, activity_id, interaction_mode, activity_date
    having sum(length_us) > 0

)

select * from final
