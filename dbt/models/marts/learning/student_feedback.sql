with

feedback as (

    select * from {{ ref('stg_plumbline__classroom_feedback') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

final as (

    select
        feedback.record_key as feedback_key,
        feedback.student_key,
        coalesce(standards.counts_as_id, feedback.standard_id)
            as standard_id,
        feedback.statement,
        feedback.answer,
        feedback.given_on,
        '{{ var("build_id") }}' as build_id
    from feedback
    inner join settings on feedback.given_on <= settings.as_of_date
    left join standards on feedback.standard_id = standards.standard_id

)

select * from final
