with

judgements as (

    select * from {{ ref('stg_plumbline__classroom_judgements') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

ranked as (

    select
        judgements.*,
        row_number() over (
            partition by judgements.student_key, judgements.standard_id
            order by judgements.judged_on desc, judgements.record_key desc
        ) as place
    from judgements
    inner join settings on judgements.judged_on <= settings.as_of_date

),

final as (

    select
        student_key,
        standard_id,
        judgement,
        judged_on,
        '{{ var("build_id") }}' as build_id
    from ranked
    where place = 1

)

select * from final
