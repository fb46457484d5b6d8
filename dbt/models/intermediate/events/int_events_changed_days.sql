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

changes as (

    select * from {{ ref('stg_plumbline__changes') }}

),

settings as (

    select * from {{ ref('int_build_settings') }}

),

events as (

    select * from {{ as_built('int_events') }}

),

written as (

    select * from {{ ref('stg_plumbline__classroom_evidence') }}

),

listed as (

    select
        student_key,
        activity_date
    from changes
    where
        batch_number > {{ var('baseline_batch') }}
        and student_key is not null

),

-- Events may come before their date; on that date they begin to count.
between_the_builds as (

    select
        least(as_of_date, cast('{{ var("baseline_date") }}' as date))
            as earlier_date,
        greatest(as_of_date, cast('{{ var("baseline_date") }}' as date))
            as later_date
    from settings

),

performed as (

    select
        events.student_key,
        events.occurred_date,
        coalesce(events.ended_date, events.occurred_date) as performed_date
    from events
    cross join between_the_builds
    where
        events.occurred_date > between_the_builds.earlier_date
        or events.ended_date > between_the_builds.earlier_date

),

due as (

    select
        performed.student_key,
        unnest([performed.occurred_date, performed.performed_date])
            as activity_date
    from performed
    inner join between_the_builds
        on
            (
                performed.occurred_date > between_the_builds.earlier_date
                and performed.occurred_date <= between_the_builds.later_date
            )
            or (
                performed.performed_date > between_the_builds.earlier_date
                and performed.performed_date <= between_the_builds.later_date
            )

),

written_ahead as (

    select
        written.student_key,
        written.assessed_on as activity_date
    from written
    inner join between_the_builds
        on
            written.assessed_on > between_the_builds.earlier_date
            and written.assessed_on <= between_the_builds.later_date

),

combined as (

    select * from listed

    union

    select * from written_ahead

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
