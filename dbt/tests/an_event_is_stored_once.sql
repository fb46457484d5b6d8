-- An event that is new is none that is known: each batch is held against all.
with

events as (

    select
        source,
        event_id,
        batch_number
    from {{ ref('stg_plumbline__events') }}

),

new_events as (

    select
        source,
        event_id
    from events
    where batch_number > {{ var('baseline_batch') }}

)

select
    events.source,
    events.event_id,
    count(*) as occurrences
from events
semi join new_events
    on
        events.source is not distinct from new_events.source
        and events.event_id is not distinct from new_events.event_id
group by events.source, events.event_id
having
    count(*) > 1
    or events.source is null
    or events.event_id is null
