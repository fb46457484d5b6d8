with

tries as (

    select * from {{ ref('int_evidence_tries') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

names_of_standards as (

    select
        uri as standard_ref,
        standard_id
    from standards

    union

    select
        standard_id as standard_ref,
        standard_id
    from standards

),

references_of_tries as (

    select
        source,
        event_id,
        unnest(standard_refs) as standard_ref
    from tries

),

final as (

    select distinct
        references_of_tries.source,
        references_of_tries.event_id,
        names_of_standards.standard_id
    from references_of_tries
    inner join names_of_standards
        on references_of_tries.standard_ref = names_of_standards.standard_ref

)

select * from final
