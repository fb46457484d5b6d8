with

current_gaps as (

    select * from {{ ref('int_activity_current_gaps') }}

),

final as (

    select
        current_gaps.activity_type,
        current_gaps.typical_gap_us,
        current_gaps.reporting_window_starts_on,
        {{ var('baseline_batch') }} as baseline_batch
    from current_gaps
    {% if var('baseline_build_id') %}
    where
        current_gaps.activity_type in (
            select changed_types.activity_type
            from {{ ref('int_activity_changed_types') }} as changed_types
        )
    {% endif %}

)

select * from final
