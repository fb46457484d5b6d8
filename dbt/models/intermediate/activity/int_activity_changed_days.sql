with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as baseline_build_id,
        cast(null as varchar) as student_key,
        cast(null as date) as activity_date
    where false

)

{% else %}

-- As constants, they keep most of the history from being read.
{% set as_of_date = "date '" ~ var('as_of_date') ~ "'" %}
{% set baseline_date = "date '" ~ var('baseline_date') ~ "'" %}
{% set earlier_date = [as_of_date, baseline_date] | min %}
{% set later_date = [as_of_date, baseline_date] | max %}

event_days as (

    select
        student_key,
        activity_date
    from {{ ref('int_events_changed_days') }}

),

changes as (

    select * from {{ ref('stg_plumbline__changes') }}

),

timed as not materialized (

    select * from {{ as_built('int_activity_timed') }}

),

day_totals as (

    select * from {{ as_built('int_activity_day_totals') }}

),

events as (

    select * from {{ ref('int_activity_events') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

events_now as (

    select events.*
    from events
    semi join event_days
        on
            events.student_key = event_days.student_key
            and events.occurred_date = event_days.activity_date
    where events.baseline_batch = {{ var('baseline_batch') }}

),

-- No interval is longer than a day: it lies on the date of its event, near
-- midnight on the one beside it, or where the event says that its attempt
-- began and ended, which are changed dates themselves.
near_midnight as (

    select
        events_now.student_key,
        events_now.occurred_date
    from events_now
    cross join parameters
    {{ join_midnights('events_now') }}
    where
        {{ reaches_midnight('events_now') }}

    union

    select
        timed.student_key,
        timed.occurred_date
    from timed
    semi join event_days
        on
            timed.student_key = event_days.student_key
            and timed.occurred_date = event_days.activity_date
    where timed.is_near_midnight

    union

    -- By other clocks midnight is at another moment.
    select
        student_key,
        activity_date as occurred_date
    from changes
    where
        batch_number > {{ var('baseline_batch') }}
        and student_key is not null
        and reason not in ('new', 'late', 'voided')

),

touched as (

    select * from event_days

    union all

    select
        student_key,
        occurred_date + unnest([-1, 1]) as activity_date
    from near_midnight

),

-- Other bells change the dates of everybody who was active then.
other_school_days as (

    select
        day_totals.student_key,
        day_totals.activity_date
    from day_totals
    semi join changes
        on
            day_totals.activity_date = changes.activity_date
            and changes.batch_number > {{ var('baseline_batch') }}
            and changes.student_key is null

),

-- An interval may reach into a date that came between the two builds, from the
-- one beside it or by an attempt that began or ended then.
near as (

    select
        timed.student_key,
        timed.is_near_midnight,
        timed.occurred_date,
        timed.attempt_starts_date,
        timed.attempt_ends_date
    from timed
    where
        timed.occurred_date between {{ earlier_date }} and {{ later_date }} + 1
        or timed.attempt_starts_date > {{ earlier_date }}
        or timed.attempt_ends_date > {{ earlier_date }}

),

reached as (

    select
        student_key,
        occurred_date as activity_date
    from near

    union all

    select
        student_key,
        occurred_date + unnest([-1, 1]) as activity_date
    from near
    where is_near_midnight

    union all

    select
        student_key,
        unnest([attempt_starts_date, attempt_ends_date]) as activity_date
    from near
    where attempt_starts_date is not null

),

due as (

    select
        reached.student_key,
        reached.activity_date
    from reached
    where
        reached.activity_date > {{ earlier_date }}
        and reached.activity_date <= {{ later_date }}

),

combined as (

    select * from touched

    union

    select * from other_school_days

    union

    select * from due

),

final as (

    select
        '{{ var("baseline_build_id") }}' as baseline_build_id,
        combined.student_key,
        combined.activity_date
    from combined
    anti join {{ this }} as known
        on
            combined.student_key = known.student_key
            and combined.activity_date = known.activity_date

)

{% endif %}

select * from final
