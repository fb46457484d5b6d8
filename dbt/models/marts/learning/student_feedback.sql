with

feedback as (

    select * from {{ ref('stg_plumbline__classroom_feedback') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

final as (

    select
        feedback.record_key as feedback_key,
        feedback.student_key,
        feedback.standard_id,
        feedback.statement,
        feedback.answer,
        feedback.given_on,
        '{{ var("build_id") }}' as build_id
    from feedback
    inner join settings on feedback.given_on <= settings.as_of_date

)

select * from final
