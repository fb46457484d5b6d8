-- A reader of signals.
select
    student_key,
    state
from {{ ref('planted_signal') }}
