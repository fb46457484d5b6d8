-- Events stored = voided + voiding + of a known student + unmatched.
with

stored as (

    select count(*) as events
    from {{ ref('stg_plumbline__events') }}

),

voided as (

    select count(*) as events
    from {{ ref('int_events_voided') }}

),

voiding as (

    select count(*) as events
    from {{ ref('stg_plumbline__events') }}
    where voids_event_id is not null

),

matched as (

    select count(*) as events
    from {{ ref('int_events') }}

),

unmatched as (

    select coalesce(sum(events), 0) as events
    from {{ ref('unmatched') }}
    where kind in ('learner', 'no_single_learner')

)

select
    stored.events as stored_events,
    voided.events as voided_events,
    voiding.events as voiding_events,
    matched.events as matched_events,
    unmatched.events as unmatched_events
from stored
cross join voided
cross join voiding
cross join matched
cross join unmatched
where
    stored.events
    <> voided.events + voiding.events + matched.events + unmatched.events
