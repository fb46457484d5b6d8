with

standards as (

    select * from {{ ref('stg_case__standards') }}

),

skill_crosswalk as (

    select * from {{ ref('stg_plumbline__skill_crosswalk') }}

),

-- A skill that is wider than the standard shows no more than that something
-- near the standard was done.
skills as (

    select
        skill_crosswalk.skill as standard_ref,
        standards.counts_as_id as standard_id
    from skill_crosswalk
    inner join standards
        on skill_crosswalk.standard_id = standards.standard_id
    where skill_crosswalk.relation in ('exact', 'narrower')

),

final as (

    select
        uri as standard_ref,
        counts_as_id as standard_id
    from standards

    union

    select
        standard_id as standard_ref,
        counts_as_id as standard_id
    from standards

    union

    select * from skills

)

select * from final
