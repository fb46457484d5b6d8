-- Another event beside each try: whether anything was viewed that date.
with

viewings as (

    select distinct
        source,
        activity_id
    from {{ ref('stg_plumbline__events') }}
    where verb like '%viewed'

)

select
    events.actor_key as student_key,
    events.score_scaled as outcome
from {{ ref('stg_plumbline__events') }} as events
inner join viewings
    on
        events.source = viewings.source
        and events.parent_id = viewings.activity_id
