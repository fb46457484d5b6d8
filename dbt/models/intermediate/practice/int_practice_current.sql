with

judged as (

    select * from {{ ref('int_practice_judged') }}

),

turning_points as (

    select
        pair_number,
        max(place) as last_place,
        arg_max(is_secure, place) as is_secure_now,
        coalesce(max(place) filter (where is_secure), 0) as last_secure,
        coalesce(max(place) filter (where not is_secure), 0) as last_unsecure,
        coalesce(max(place) filter (where is_after_gap), 1) as first_after_gap
    from judged
    group by pair_number

),

begun as (

    select
        pair_number,
        last_place,
        is_secure_now,
        greatest(
            first_after_gap,
            case
                when is_secure_now then last_unsecure + 2
                else last_secure + 1
            end
        ) as first_place
    from turning_points

),

final as (

    select
        judged.student_key,
        judged.standard_id,
        judged.pair_number,
        begun.is_secure_now,
        judged.outcome,
        judged.alpha,
        judged.beta,
        judged.place - begun.first_place + 1 as place,
        begun.last_place - judged.place + 1 as place_from_last,
        -- Of an episode's own evidence: it has three from its third place on.
        judged.right_of_three = 3
        and judged.place >= begun.first_place + 2 as are_three_right,
        judged.evidence_date,
        judged.performed_at
    from judged
    inner join begun
        on
            judged.pair_number = begun.pair_number
            and judged.place >= begun.first_place

)

select * from final
