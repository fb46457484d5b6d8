with

current_gaps as (

    select * from {{ ref('int_activity_current_gaps') }}

),

{% if var('baseline_build_id') %}

changed_types as (

    select distinct activity_type from {{ ref('int_activity_changed_types') }}

),

final as (

    select current_gaps.*
    from current_gaps
    semi join changed_types
        on current_gaps.activity_type = changed_types.activity_type

)

{% else %}

final as (

    select * from current_gaps

)

{% endif %}

select * from final
