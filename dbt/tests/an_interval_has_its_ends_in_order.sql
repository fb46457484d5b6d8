-- The lower end of an interval is not above its upper end.
select
    student_key,
    standard_id
from {{ ref('mastery') }}
where interval_low > interval_high
