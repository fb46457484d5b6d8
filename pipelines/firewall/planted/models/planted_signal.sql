-- A signal, for the next one to read.
select
    student_key,
    'stalled' as state
from {{ ref('mastery') }}
