with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as baseline_build_id,
        cast(null as varchar) as student_key,
        cast(null as varchar) as item_id
    where false

)

{% else %}

changed_days as (

    select * from {{ ref('int_events_changed_days') }}

),

events as (

    select * from {{ ref('int_evidence_events') }}

),

written as (

    select * from {{ ref('int_evidence_written') }}

),

weighted as not materialized (

    select * from {{ as_built('int_evidence_weighted') }}

),

untagged as not materialized (

    select * from {{ as_built('int_evidence_untagged') }}

),

events_now as (

    select
        events.student_key,
        events.activity_id,
        events.parent_id
    from events
    semi join changed_days
        on
            events.student_key = changed_days.student_key
            and events.occurred_date = changed_days.activity_date
    where
        events.action in (
            'answered', 'graded', 'passed_failed', 'completed', 'hinted'
        )

),

-- A try that has gone, or a hint before it, had its date in the list.
combined as (

    select
        student_key,
        activity_id as item_id
    from events_now
    where activity_id is not null

    union

    select
        student_key,
        parent_id as item_id
    from events_now
    where parent_id is not null

    union

    select
        written.student_key,
        written.item_id
    from written
    semi join changed_days
        on
            written.student_key = changed_days.student_key
            and written.performed_date = changed_days.activity_date

    union

    -- By other clocks its date ends at another moment.
    select
        written.student_key,
        written.item_id
    from written
    inner join weighted
        on
            written.source = weighted.source
            and written.event_id = weighted.event_id
    where written.performed_at <> weighted.performed_at

    union

    select
        weighted.student_key,
        weighted.item_id
    from weighted
    semi join changed_days
        on
            weighted.student_key = changed_days.student_key
            and weighted.performed_date = changed_days.activity_date

    union

    select
        untagged.student_key,
        untagged.item_id
    from untagged
    semi join changed_days
        on
            untagged.student_key = changed_days.student_key
            and untagged.performed_date = changed_days.activity_date

),

final as (

    select
        '{{ var("baseline_build_id") }}' as baseline_build_id,
        combined.student_key,
        combined.item_id
    from combined
    anti join {{ this }} as known
        on
            combined.student_key = known.student_key
            and combined.item_id = known.item_id

)

{% endif %}

select * from final
