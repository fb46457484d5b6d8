with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as baseline_build_id,
        cast(null as varchar) as student_key,
        cast(null as varchar) as standard_id
    where false

)

{% else %}

changed_dates as (

    select * from {{ ref('int_evidence_changed_dates') }}

),

tries as (

    select * from {{ ref('int_evidence_tries') }}

),

standards_of_tries as (

    select * from {{ ref('int_evidence_standards') }}

),

weighted as (

    select * from {{ as_built('int_evidence_weighted') }}

),

combined as (

    select
        tries.student_key,
        standards_of_tries.standard_id
    from tries
    inner join standards_of_tries
        on
            tries.source = standards_of_tries.source
            and tries.event_id = standards_of_tries.event_id
    semi join changed_dates
        on
            tries.student_key = changed_dates.student_key
            and tries.item_id = changed_dates.item_id
            and tries.performed_date = changed_dates.evidence_date

    union

    select
        weighted.student_key,
        weighted.standard_id
    from weighted
    semi join changed_dates
        on
            weighted.student_key = changed_dates.student_key
            and weighted.item_id = changed_dates.item_id
            and weighted.performed_date = changed_dates.evidence_date

),

final as (

    select
        '{{ var("baseline_build_id") }}' as baseline_build_id,
        combined.student_key,
        combined.standard_id
    from combined
    anti join {{ this }} as known
        on
            combined.student_key = known.student_key
            and combined.standard_id = known.standard_id

)

{% endif %}

select * from final
