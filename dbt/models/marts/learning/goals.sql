with

goals as (

    select * from {{ ref('stg_plumbline__classroom_goals') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

final as (

    select
        goals.record_key as goal_key,
        goals.student_key,
        coalesce(standards.counts_as_id, goals.standard_id)
            as standard_id,
        goals.aim,
        goals.set_by,
        goals.set_by = 'student' as is_students_own,
        goals.set_on,
        goals.due_on,
        case when goals.reached_on <= settings.as_of_date then goals.reached_on
        end as reached_on,
        '{{ var("build_id") }}' as build_id
    from goals
    inner join settings on goals.set_on <= settings.as_of_date
    left join standards on goals.standard_id = standards.standard_id

)

select * from final
