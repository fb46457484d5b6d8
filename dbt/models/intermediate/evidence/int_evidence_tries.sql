with

assessed as (

    select * from {{ ref('int_evidence_assessed') }}

),

hints as (

    select * from {{ ref('int_evidence_hints') }}

),

tries_and_hints as (

    select
        assessed.student_key,
        assessed.source,
        assessed.event_id,
        assessed.item_id,
        assessed.method,
        assessed.standard_refs,
        assessed.credit,
        assessed.guess_weight,
        assessed.has_conflict,
        assessed.is_unreviewed,
        coalesce(not assessed.success, assessed.credit < 1, false) as is_help,
        false as is_hint,
        assessed.performed_date,
        assessed.occurred_at,
        assessed.performed_at
    from assessed
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_items') }} as changed_items
        on
            assessed.student_key = changed_items.student_key
            and assessed.item_id = changed_items.item_id
    {% endif %}

    union all

    select
        hints.student_key,
        hints.source,
        hints.event_id,
        hints.item_id,
        null as method,
        null as standard_refs,
        null as credit,
        null as guess_weight,
        null as has_conflict,
        null as is_unreviewed,
        true as is_help,
        true as is_hint,
        hints.performed_date,
        null as occurred_at,
        hints.performed_at
    from hints
    {% if var('baseline_build_id') %}
    semi join {{ ref('int_evidence_changed_items') }} as changed_items
        on
            hints.student_key = changed_items.student_key
            and hints.item_id = changed_items.item_id
    {% endif %}

),

-- A number for a student and an item: texts take long to sort by.
items as (

    select
        student_key,
        item_id,
        row_number() over () as item_number
    from tries_and_hints
    group by student_key, item_id

),

helped as (

    select
        tries_and_hints.*,
        items.item_number,
        coalesce(
            bool_or(tries_and_hints.is_help) over (
                partition by items.item_number, tries_and_hints.performed_date
                order by
                    tries_and_hints.performed_at,
                    tries_and_hints.event_id,
                    tries_and_hints.source
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as is_assisted,
        count(*) filter (where not tries_and_hints.is_hint) over (
            partition by items.item_number, tries_and_hints.performed_date
            order by
                tries_and_hints.performed_at,
                tries_and_hints.event_id,
                tries_and_hints.source
            rows between unbounded preceding and current row
        ) as try_of_day
    from tries_and_hints
    inner join items
        on
            tries_and_hints.student_key = items.student_key
            and tries_and_hints.item_id = items.item_id

),

-- Dates are few beside tries, and quickly put in order.
dates as (

    select
        item_number,
        performed_date,
        row_number() over (
            partition by item_number
            order by performed_date
        ) as day_of_item
    from helped
    where not is_hint
    group by item_number, performed_date

),

-- Consecutive dates share the date that lies day_of_item days before them.
-- Within such a run the 1st, 3rd, 5th ... date has a whole day behind it.
runs as (

    select
        item_number,
        performed_date,
        row_number() over (
            partition by
                item_number, performed_date - cast(day_of_item as integer)
            order by performed_date
        ) as day_of_run
    from dates

),

placed as (

    select
        helped.*,
        runs.day_of_run
    from helped
    inner join runs
        on
            helped.item_number = runs.item_number
            and helped.performed_date = runs.performed_date
    where not helped.is_hint

),

final as (

    select
        student_key,
        source,
        event_id,
        item_id,
        method,
        case
            when is_unreviewed then 'unreviewed_scale'
            when credit is null then 'no_scale'
            when has_conflict then 'score_success_conflict'
            when try_of_day > 1 then 'repeat_same_day'
            when day_of_run % 2 = 0 then 'repeat_too_soon'
        end as exclusion_reason,
        standard_refs,
        case when is_assisted then 0 * credit else credit end as outcome,
        guess_weight,
        is_assisted,
        performed_date,
        occurred_at,
        performed_at
    from placed

)

select * from final
