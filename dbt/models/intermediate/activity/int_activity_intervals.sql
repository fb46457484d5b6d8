with

credited as (

    select * from {{ ref('int_activity_credited') }}

),

bounded as (

    select
        student_key,
        activity_id,
        interaction_mode,
        occurred_date,
        starts_us,
        unnest(['trusted', 'low', 'mid', 'high']) as bound,
        unnest(
            [trusted_ends_us, low_ends_us, mid_ends_us, high_ends_us]
        ) as ends_us,
        unnest(
            [
                true,
                trusted_ends_us is null,
                mid_ends_us > low_ends_us,
                high_ends_us > mid_ends_us
            ]
        ) as is_longer
    from credited

),

final as (

    select
        student_key,
        activity_id,
        interaction_mode,
        bound,
        is_longer,
        occurred_date,
        starts_us,
        ends_us
    from bounded
    where starts_us < ends_us

)

select * from final
