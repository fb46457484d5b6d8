with

refused_fields as (

    select * from {{ ref('stg_plumbline__refused_fields') }}

),

files as (

    select * from {{ ref('stg_plumbline__files') }}

),

batches as (

    select * from {{ ref('stg_plumbline__batches') }}

),

final as (

    select
        files.source,
        refused_fields.standard,
        refused_fields.path,
        array_to_string(
            list_sort(
                list_distinct(flatten(list(refused_fields.value_types)))
            ),
            ', '
        ) as value_types,
        cast(sum(refused_fields.occurrences) as bigint) as occurrences,
        min(files.batch_number) as first_seen_batch,
        min(batches.as_of_date) as first_seen_date,
        max(batches.as_of_date) as last_seen_date,
        '{{ var("build_id") }}' as build_id
    from refused_fields
    inner join files on refused_fields.file_digest = files.file_digest
    left join batches on files.batch_number = batches.batch_number
    group by files.source, refused_fields.standard, refused_fields.path

)

select * from final
