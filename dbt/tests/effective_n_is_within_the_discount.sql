-- However many outcomes there are, their discounts add up to 1 / (1 - decay)
-- at most; without a discount there is no bound.
select
    mastery.student_key,
    mastery.standard_id
from {{ ref('mastery') }} as mastery
cross join {{ ref('int_measure_parameters') }} as parameters
where
    mastery.effective_n
    > 1 / nullif(1 - parameters.mastery_decay, 0) + 0.000001
