with

class_mastery as (

    select * from {{ ref('class_mastery') }}

),

ancestors as (

    select * from {{ ref('stg_case__standard_ancestors') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

-- Statuses are counted, estimates are never averaged: a parent has no estimate
-- of its own.
rolled_up as (

    select
        class_mastery.section_id,
        ancestors.ancestor_id as standard_id,
        class_mastery.status,
        count(distinct class_mastery.standard_id) as standards,
        cast(sum(class_mastery.students) as bigint) as student_standards,
        max(class_mastery.definition_version) as definition_version,
        max(class_mastery.definition_hash) as definition_hash
    from class_mastery
    inner join ancestors
        on class_mastery.standard_id = ancestors.standard_id
    group by
        class_mastery.section_id,
        ancestors.ancestor_id,
        class_mastery.status

),

final as (

    select
        rolled_up.section_id,
        rolled_up.standard_id,
        standards.parent_id,
        rolled_up.status,
        rolled_up.standards,
        rolled_up.student_standards,
        '{{ var("build_id") }}' as build_id,
        rolled_up.definition_version,
        rolled_up.definition_hash
    from rolled_up
    left join standards on rolled_up.standard_id = standards.standard_id

)

select * from final
