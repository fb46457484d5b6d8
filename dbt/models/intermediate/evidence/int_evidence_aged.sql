with

evidence as (

    select evidence.*
    from {{ ref('int_evidence_weighted') }} as evidence
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_pairs') }} as changed_pairs
        on
            evidence.student_key = changed_pairs.student_key
            and evidence.standard_id = changed_pairs.standard_id
    {% endif %}

),

final as (

    select
        student_key,
        standard_id,
        method,
        outcome,
        weight,
        row_number() over (
            partition by student_key, standard_id
            order by performed_at desc, event_id desc, source desc
        ) - 1 as age,
        performed_date
    from evidence
    where is_included

)

select * from final
