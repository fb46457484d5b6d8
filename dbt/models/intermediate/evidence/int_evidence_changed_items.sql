with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as baseline_build_id,
        cast(null as varchar) as student_key,
        cast(null as varchar) as item_id,
        cast(null as date) as first_changed_date
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
        events.parent_id,
        events.performed_date
    from events
    semi join changed_days
        on
            events.student_key = changed_days.student_key
            and events.occurred_date = changed_days.activity_date
    where
        events.baseline_batch = {{ var('baseline_batch') }}
        and events.action in (
            'answered', 'graded', 'passed_failed', 'completed', 'hinted'
        )

),

-- A try that has gone, or a hint before it, had its date in the list.
combined as (

    select
        student_key,
        activity_id as item_id,
        performed_date
    from events_now
    where activity_id is not null

    union all

    select
        student_key,
        parent_id as item_id,
        performed_date
    from events_now
    where parent_id is not null

    union all

    select
        written.student_key,
        written.item_id,
        written.performed_date
    from written
    semi join changed_days
        on
            written.student_key = changed_days.student_key
            and written.performed_date = changed_days.activity_date

    union all

    -- By other clocks its date ends at another moment.
    select
        written.student_key,
        written.item_id,
        written.performed_date
    from written
    inner join weighted
        on
            written.source = weighted.source
            and written.event_id = weighted.event_id
    where written.performed_at <> weighted.performed_at

    union all

    select
        weighted.student_key,
        weighted.item_id,
        weighted.performed_date
    from weighted
    semi join changed_days
        on
            weighted.student_key = changed_days.student_key
            and weighted.performed_date = changed_days.activity_date

    union all

    select
        untagged.student_key,
        untagged.item_id,
        untagged.performed_date
    from untagged
    semi join changed_days
        on
            untagged.student_key = changed_days.student_key
            and untagged.performed_date = changed_days.activity_date

),

changed as (

    select
        student_key,
        item_id,
        min(performed_date) as first_changed_date
    from combined
    group by student_key, item_id

),

final as (

    select
        '{{ var("baseline_build_id") }}' as baseline_build_id,
        changed.student_key,
        changed.item_id,
        changed.first_changed_date
    from changed
    anti join {{ this }} as known
        on
            changed.student_key = known.student_key
            and changed.item_id = known.item_id
            and changed.first_changed_date >= known.first_changed_date

)

{% endif %}

select * from final
