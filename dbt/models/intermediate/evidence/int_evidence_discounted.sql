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

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

aged as (

    select
        student_key,
        standard_id,
        outcome,
        weight,
        row_number() over (
            partition by student_key, standard_id
            order by performed_at desc, event_id desc, source desc
        ) - 1 as age,
        performed_date
    from evidence
    where is_included

),

-- Sums of decimals do not depend on the order in which threads add them.
discounted as (

    select
        aged.student_key,
        aged.standard_id,
        cast(
            aged.weight
            * power(parameters.mastery_decay, aged.age)
            * aged.outcome
            as decimal(38, 15)
        ) as success,
        cast(
            aged.weight
            * power(parameters.mastery_decay, aged.age)
            * (1 - aged.outcome)
            as decimal(38, 15)
        ) as failure,
        aged.performed_date
    from aged
    cross join parameters

),

final as (

    select
        student_key,
        standard_id,
        cast(sum(success) as double) as successes,
        cast(sum(failure) as double) as failures,
        count(*) as evidence_count,
        count(distinct performed_date) as evidence_days,
        max(performed_date) as last_evidence_date
    from discounted
    group by student_key, standard_id

)

select * from final
