with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as baseline_build_id,
        cast(null as varchar) as activity_type
    where false

)

{% else %}

doubts as (

    select * from {{ ref('int_activity_doubts') }}

),

current_gaps as (

    select * from {{ ref('int_activity_current_gaps') }}

),

typical_gaps as (

    select * from {{ as_built('int_activity_typical_gaps') }}

),

compared as (

    select
        coalesce(current_gaps.activity_type, typical_gaps.activity_type)
            as activity_type
    from current_gaps
    full outer join typical_gaps
        on current_gaps.activity_type = typical_gaps.activity_type
    where
        current_gaps.typical_gap_us
        is distinct from typical_gaps.typical_gap_us
        or current_gaps.reporting_window_starts_on
        is distinct from typical_gaps.reporting_window_starts_on

),

final as (

    select
        '{{ var("baseline_build_id") }}' as baseline_build_id,
        compared.activity_type
    from compared
    cross join doubts
    anti join {{ this }} as known
        on compared.activity_type = known.activity_type

)

{% endif %}

select * from final
