with

events as (

    select count(*) as events
    from {{ ref('stg_plumbline__events') }}
    where voids_event_id is null

),

alike as (

    select coalesce(sum(events), 0) as events
    from {{ ref('int_events_alike') }}

)

select
    events.events,
    alike.events as counted_events
from events
cross join alike
where events.events <> alike.events
