with

-- Read twice, a column each: copied first, it would take as long again.
evidence as not materialized (

    {% if var('baseline_build_id') %}
    -- depends_on: {{ ref('int_evidence_weighted') }}
    select
        student_key,
        standard_id
    from {{ ref('int_evidence_changed_pairs') }}
    {% else %}
    select
        student_key,
        standard_id
    from {{ ref('int_evidence_weighted') }}
    where is_included
    {% endif %}

),

names as (

    select student_key as identifier
    from evidence

    union distinct

    select standard_id as identifier
    from evidence

),

final as (

    select
        identifier,
        cast(row_number() over (order by identifier) as integer) as number
    from names

)

select * from final
