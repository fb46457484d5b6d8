with

settings as (

    select * from {{ ref('int_build_settings') }}

),

{% if var('baseline_build_id') %}

changed_days as (

    select * from {{ ref('int_activity_changed_days') }}

),

typical_gaps as (

    select * from {{ as_built('int_activity_typical_gaps') }}

),

changed_types as (

    select * from {{ as_built('int_activity_changed_types') }}

),

final as (

    select true as is_in_doubt
    from settings
    where
        settings.reporting_window_starts_on is distinct from (
            select max(typical_gaps.reporting_window_starts_on)
            from typical_gaps
        )
        or settings.reporting_window_starts_on > (
            select min(changed_days.activity_date)
            from changed_days
        )
        or exists (
            select 1
            from changed_types
            where
                changed_types.baseline_build_id
                = '{{ var("baseline_build_id") }}'
        )

)

{% else %}

final as (

    select true as is_in_doubt
    from settings

)

{% endif %}

select * from final
