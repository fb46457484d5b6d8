with

tries as (

    select * from {{ ref('int_evidence_tries') }}

),

standard_references as (

    select * from {{ ref('int_standard_references') }}

),

standards as (

    select * from {{ ref('stg_case__standards') }}

),

alignments as (

    select * from {{ ref('stg_plumbline__alignments') }}

),

references_of_tries as (

    select
        source,
        event_id,
        unnest(standard_refs) as standard_ref
    from tries

),

referred as (

    select
        references_of_tries.source,
        references_of_tries.event_id,
        standard_references.standard_id
    from references_of_tries
    inner join standard_references
        on references_of_tries.standard_ref = standard_references.standard_ref

),

aligned as (

    select
        tries.source,
        tries.event_id,
        standards.counts_as_id as standard_id
    from tries
    inner join alignments
        on tries.item_id = alignments.activity_id
    inner join standards
        on alignments.standard_id = standards.standard_id

),

final as (

    select * from referred

    union

    select * from aligned

)

select * from final
