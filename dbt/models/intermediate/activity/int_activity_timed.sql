with

events as (

    select * from {{ ref('int_activity_events') }}

),

sources as (

    select * from {{ ref('stg_plumbline__sources') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

{% if var('baseline_build_id') %}

changed_days as (

    select * from {{ ref('int_activity_changed_days') }}

),

-- What follows an event within a session stands on its date or the next.
nearby_days as (

    select distinct
        student_key,
        activity_date + unnest([0, 1]) as activity_date
    from changed_days

),

nearby_events as (

    select events.*
    from events
    semi join nearby_days
        on
            events.student_key = nearby_days.student_key
            and events.occurred_date = nearby_days.activity_date

),

{% else %}

nearby_events as (

    select * from events

),

{% endif %}

dated as (

    select
        nearby_events.*,
        coalesce(own.local_date, here.local_date) as started_date
    from nearby_events
    {{ join_local_dates('nearby_events', 'started_at') }}

),

-- Times are microseconds since 1970 in UTC: whole numbers add up exactly.
clocked as (

    select
        dated.student_key,
        dated.source,
        dated.event_id,
        dated.activity_id,
        dated.session_key,
        dated.action,
        dated.activity_type,
        dated.chosen_by,
        dated.interaction_mode,
        epoch_us(dated.occurred_at) as occurred_us,
        epoch_us(dated.started_at) as started_us,
        epoch_us(dated.ended_at) as ended_us,
        {{ reaches_midnight('dated') }} as is_near_midnight,
        dated.duration_seconds,
        -- A duration of millennia has no microseconds; it is set aside anyway.
        try_cast(round(dated.duration_seconds * 1000000) as bigint)
            as duration_us,
        dated.action in ('media_played', 'heartbeat') as is_playing,
        dated.action in (
            'media_played', 'media_stopped', 'heartbeat', 'completed'
        ) as is_segment_end,
        dated.action in (
            'answered',
            'graded',
            'passed_failed',
            'completed',
            'submitted',
            'media_stopped',
            'session_ended'
        ) as is_ending,
        dated.occurred_date,
        dated.started_date,
        dated.ended_date
    from dated
    cross join parameters
    {{ join_midnights('dated') }}

),

followed as (

    select
        *,
        lead(occurred_us) over (
            partition by student_key
            order by occurred_us, event_id, source
        ) - occurred_us as gap_us,
        lead(occurred_us) over (
            partition by
                student_key,
                source,
                session_key,
                activity_id,
                is_segment_end
            order by occurred_us, event_id
        ) - occurred_us as segment_us
    from clocked

),

limited as (

    select
        followed.*,
        coalesce(sources.duration_placement, 'by_verb') as duration_placement,
        parameters.time_on_task_longest_duration as longest_seconds,
        1000000 * parameters.time_on_task_longest_duration as longest_us,
        1000000 * parameters.time_on_task_session_cut as session_cut_us,
        1000000 * greatest(
            parameters.time_on_task_session_cut,
            parameters.time_on_task_low_gap,
            parameters.time_on_task_mid_gap,
            parameters.time_on_task_high_gap
        ) as longest_gap_us
    from followed
    left join sources on followed.source = sources.source
    cross join parameters

),

judged as (

    select
        *,
        coalesce(
            ended_us - started_us > longest_us
            or duration_seconds > longest_seconds,
            false
        ) as is_set_aside,
        case
            when
                ended_us - started_us > 0
                and ended_us - started_us <= longest_us
                then 'attempt'
            when is_playing and segment_us <= session_cut_us then 'segment'
            when
                duration_us > 0
                and duration_us <= longest_us
                and (
                    duration_placement = 'before'
                    or (duration_placement = 'by_verb' and is_ending)
                )
                then 'before'
            when duration_us > 0 and duration_us <= longest_us then 'after'
            else 'unknown'
        end as known_from
    from limited

),

-- A gap that no bound credits is none: what ends it may lie months away.
final as (

    select
        student_key,
        source,
        event_id,
        activity_id,
        action,
        activity_type,
        chosen_by,
        coalesce(interaction_mode, 'unknown') as interaction_mode,
        case
            when known_from in ('attempt', 'segment') then 'measured'
            when known_from in ('before', 'after') then 'reported'
            else 'inferred'
        end as time_basis,
        occurred_us,
        case when gap_us <= longest_gap_us then gap_us end as gap_us,
        case
            when known_from = 'attempt' then started_us
            when known_from = 'before' then occurred_us - duration_us
            else occurred_us
        end as starts_us,
        case
            when known_from = 'attempt' then ended_us
            when known_from = 'segment' then occurred_us + segment_us
            when known_from = 'before' then occurred_us
            when known_from = 'after' then occurred_us + duration_us
        end as ends_us,
        is_set_aside,
        is_near_midnight,
        occurred_date,
        case when known_from = 'attempt' then started_date end
            as attempt_starts_date,
        case when known_from = 'attempt' then ended_date end
            as attempt_ends_date,
        {{ var('baseline_batch') }} as baseline_batch
    from judged
    {% if var('baseline_build_id') %}
    where
        exists (
            select 1
            from changed_days
            where
                changed_days.student_key = judged.student_key
                and changed_days.activity_date = judged.occurred_date
        )
    {% endif %}

)

select * from final
