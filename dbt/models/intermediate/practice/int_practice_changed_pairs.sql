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

evidence as (

    select * from {{ ref('mastery_evidence') }}
    where is_included

),

mastery as (

    select * from {{ ref('mastery') }}

),

changed_pairs as (

    select * from {{ ref('int_evidence_changed_pairs') }}

),

settings as (

    select
        cast(date_trunc('week', as_of_date) as date) as week_start_date,
        cast(
            date_trunc('week', cast('{{ var("baseline_date") }}' as date))
            as date
        ) as baseline_week_start_date
    from {{ ref('int_build_settings') }}

),

parameters as (

    select * from {{ ref('int_measure_parameters') }}

),

-- In another week other evidence counts, of whoever is not expired in both.
weeks as (

    select
        greatest(
            settings.week_start_date, settings.baseline_week_start_date
        ) as ends_on,
        least(settings.week_start_date, settings.baseline_week_start_date)
        - cast(parameters.practice_episodes_expires_after as integer)
            as starts_on
    from settings
    cross join parameters
    where settings.week_start_date <> settings.baseline_week_start_date

),

of_another_week as (

    select distinct
        evidence.student_key,
        evidence.standard_id
    from evidence
    inner join weeks
        on
            evidence.evidence_date >= weeks.starts_on
            and evidence.evidence_date < weeks.ends_on

),

-- Another base rate is another belief, of everybody.
of_another_base_rate as (

    select
        mastery.student_key,
        mastery.standard_id
    from mastery
    left join {{ as_built('int_practice_base_rates') }} as known
        on mastery.standard_id = known.standard_id
    where mastery.base_rate is distinct from known.base_rate

),

combined as (

    select
        student_key,
        standard_id
    from changed_pairs

    union

    select * from of_another_week

    union

    select * from of_another_base_rate

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
