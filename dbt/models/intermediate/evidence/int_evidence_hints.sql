with

events as (

    select * from {{ ref('int_evidence_events') }}

),

hints as (

    select
        student_key,
        source,
        event_id,
        activity_id,
        parent_id,
        performed_date,
        performed_at
    from events
    where action = 'hinted'

),

-- A hint tells its item as what it is about or as what it is part of.
final as (

    select
        student_key,
        source,
        event_id,
        activity_id as item_id,
        performed_date,
        performed_at
    from hints
    where activity_id is not null

    union

    select
        student_key,
        source,
        event_id,
        parent_id as item_id,
        performed_date,
        performed_at
    from hints
    where parent_id is not null

)

select * from final
