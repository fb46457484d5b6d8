with

aged as (

    select * from {{ ref('int_evidence_aged') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- Sums of decimals do not depend on the order in which threads add them.
discounted as (

    select
        aged.student_key,
        aged.standard_id,
        aged.method,
        cast(
            aged.weight * power(parameters.mastery_decay, aged.age)
            as decimal(38, 15)
        ) as counted,
        aged.performed_date
    from aged
    cross join parameters

),

final as (

    select
        student_key,
        standard_id,
        method,
        count(*) as evidence_count,
        cast(sum(counted) as double) as counted,
        max(performed_date) as last_evidence_date,
        {{ var('baseline_batch') }} as baseline_batch
    from discounted
    group by student_key, standard_id, method

)

select * from final
