with

-- Of changed pairs there are few rows, which are looked for once; all rows
-- would be copied for nothing.
evidence as {% if not var('baseline_build_id') %}not{% endif %} materialized (

    select evidence.*
    from {{ ref('int_evidence_weighted') }} as evidence
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_pairs') }} as changed_pairs
        on
            evidence.student_key = changed_pairs.student_key
            and evidence.standard_id = changed_pairs.standard_id
    {% endif %}
    where evidence.is_included

),

numbers as (

    select * from {{ ref('int_evidence_numbers') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

numbered as (

    select
        students.number as student_number,
        standards.number as standard_number,
        evidence.outcome,
        evidence.weight,
        evidence.performed_date,
        evidence.performed_at
    from evidence
    inner join numbers as students
        on evidence.student_key = students.identifier
    inner join numbers as standards
        on evidence.standard_id = standards.identifier

),

-- How many rows are later, how many are at least not earlier.
placed as (

    select
        student_number,
        standard_number,
        outcome,
        weight,
        cast(
            rank() over (
                partition by student_number, standard_number
                order by performed_at desc
            ) - 1 as integer
        ) as later,
        cast(
            count(*) over (
                partition by student_number, standard_number
                order by performed_at desc
            ) as integer
        ) as not_earlier,
        performed_date,
        performed_at
    from numbered

),

shared_moments as (

    select distinct
        students.identifier as student_key,
        standards.identifier as standard_id,
        placed.student_number,
        placed.standard_number,
        placed.later,
        placed.performed_at
    from placed
    inner join numbers as students
        on placed.student_number = students.number
    inner join numbers as standards
        on placed.standard_number = standards.number
    where placed.not_earlier > placed.later + 1

),

-- Identifiers settle the order of rows of one moment. To sort every row by
-- them takes as long as all the rest.
aged as (

    select
        student_number,
        standard_number,
        outcome,
        weight,
        later as age,
        performed_date
    from placed
    where not_earlier = later + 1

    union all

    select
        shared_moments.student_number,
        shared_moments.standard_number,
        evidence.outcome,
        evidence.weight,
        shared_moments.later + row_number() over (
            partition by
                shared_moments.student_number,
                shared_moments.standard_number,
                shared_moments.later
            order by evidence.event_id desc, evidence.source desc
        ) - 1 as age,
        evidence.performed_date
    from shared_moments
    inner join evidence
        on
            shared_moments.student_key = evidence.student_key
            and shared_moments.standard_id = evidence.standard_id
            and shared_moments.performed_at = evidence.performed_at

),

-- Sums of decimals do not depend on the order in which threads add them.
discounted as (

    select
        aged.student_number,
        aged.standard_number,
        cast(
            aged.weight
            * power(parameters.mastery_decay, aged.age)
            * aged.outcome
            as decimal(18, 15)
        ) as success,
        cast(
            aged.weight
            * power(parameters.mastery_decay, aged.age)
            * (1 - aged.outcome)
            as decimal(18, 15)
        ) as failure,
        aged.performed_date
    from aged
    cross join parameters

),

summed as (

    select
        student_number,
        standard_number,
        cast(sum(success) as double) as successes,
        cast(sum(failure) as double) as failures,
        count(*) as evidence_count,
        count(distinct performed_date) as evidence_days,
        max(performed_date) as last_evidence_date
    from discounted
    group by student_number, standard_number

),

final as (

    select
        students.identifier as student_key,
        standards.identifier as standard_id,
        summed.successes,
        summed.failures,
        summed.evidence_count,
        summed.evidence_days,
        summed.last_evidence_date,
        {{ var('baseline_batch') }} as baseline_batch
    from summed
    inner join numbers as students
        on summed.student_number = students.number
    inner join numbers as standards
        on summed.standard_number = standards.number

)

select * from final
