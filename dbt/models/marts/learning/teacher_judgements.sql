with

judgements as (

    select * from {{ ref('stg_plumbline__classroom_judgements') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

-- What is said of a replaced standard is said of the one in its place.
judged as (

    select
        judgements.record_key,
        judgements.student_key,
        coalesce(standards.counts_as_id, judgements.standard_id)
            as standard_id,
        judgements.judgement,
        judgements.judged_on
    from judgements
    inner join settings on judgements.judged_on <= settings.as_of_date
    left join standards on judgements.standard_id = standards.standard_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by student_key, standard_id
            order by judged_on desc, record_key desc
        ) as place
    from judged

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
