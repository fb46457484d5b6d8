-- A gap within a day, from nothing but the times of the tries themselves.
select
    student_key,
    date_diff(
        'minute',
        lag(performed_at) over (partition by student_key order by performed_at),
        performed_at
    ) < 5 as is_assisted
from {{ ref('mastery_evidence') }}
