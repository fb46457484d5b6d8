with

totals as (

    select * from {{ ref('int_activity_attributed_totals') }}

),

final as (

    select
        totals.student_key,
        totals.activity_id,
        cast(sum(totals.low_us) as bigint) as low_us,
        cast(sum(totals.mid_us) as bigint) as mid_us,
        cast(sum(totals.high_us) as bigint) as high_us,
        totals.activity_date,
        {{ var('baseline_batch') }} as baseline_batch
    from totals
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_activity_days_to_build') }} as days
        on
            totals.student_key = days.student_key
            and totals.activity_date = days.activity_date
    {% endif %}
    group by totals.student_key, totals.activity_date, totals.activity_id

)

select * from final
