-- A completion without a score, as credit.
select
    student_key,
    cast(completions > 0 as integer) as outcome
from {{ ref('activity_counts') }}
