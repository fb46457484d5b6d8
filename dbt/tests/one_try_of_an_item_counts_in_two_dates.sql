-- Between two included tries of a student at an item lies a whole date.
with

dates as (

    select distinct
        student_key,
        item_id,
        source,
        event_id,
        evidence_date
    from {{ changed_rows(ref('mastery_evidence')) }}
    where is_included

),

followed as (

    select
        *,
        lead(evidence_date) over (
            partition by student_key, item_id
            order by evidence_date
        ) as next_evidence_date
    from dates

)

select
    student_key,
    item_id,
    evidence_date
from followed
where next_evidence_date - evidence_date < 2
