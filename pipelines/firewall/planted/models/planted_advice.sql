-- Advice by the name of its column.
select
    student_key,
    min(item_id) as next_item_id
from {{ ref('mastery_evidence') }}
group by student_key
