with

events as (

    select * from {{ ref('stg_plumbline__events') }}

),

district_actions as (

    select * from {{ ref('stg_plumbline__verb_actions') }}

),

known_actions as (

    select * from {{ ref('verb_actions') }}

),

verbs as (

    select distinct
        standard,
        verb,
        event_type,
        activity_type
    from events
    {% if var('baseline_build_id') %}
    where batch_number > {{ var('baseline_batch') }}
    {% endif %}

),

readings as (

    select
        null as standard,
        verb,
        null as event_type,
        activity_type,
        action,
        1 as preference
    from district_actions

    union all

    select
        standard,
        verb,
        event_type,
        activity_type,
        action,
        2 as preference
    from known_actions

),

ranked as (

    select
        verbs.standard,
        verbs.verb,
        verbs.event_type,
        verbs.activity_type,
        readings.action,
        row_number() over (
            partition by
                verbs.standard,
                verbs.verb,
                verbs.event_type,
                verbs.activity_type
            order by
                readings.preference asc,
                readings.activity_type is null asc,
                readings.event_type is null asc,
                readings.action asc
        ) as reading_rank
    from verbs
    left join readings
        on
            verbs.verb = readings.verb
            and verbs.standard = coalesce(readings.standard, verbs.standard)
            and (
                readings.event_type is null
                or verbs.event_type = readings.event_type
            )
            and (
                readings.activity_type is null
                or verbs.activity_type = readings.activity_type
            )

),

interpreted as (

    select
        standard,
        verb,
        event_type,
        activity_type,
        coalesce(action, 'other') as action,
        action is not null as is_known
    from ranked
    where reading_rank = 1

),

final as (

    select interpreted.*
    from interpreted
    {% if var('baseline_build_id') %}
    anti join {{ this }} as known
        on
            interpreted.standard = known.standard
            and interpreted.verb = known.verb
            and interpreted.event_type is not distinct from known.event_type
            and interpreted.activity_type
            is not distinct from known.activity_type
    {% endif %}

)

select * from final
