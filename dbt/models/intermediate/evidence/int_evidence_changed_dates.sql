with

{% if not var('baseline_build_id') %}

final as (

    select
        cast(null as varchar) as baseline_build_id,
        cast(null as varchar) as student_key,
        cast(null as varchar) as item_id,
        cast(null as date) as evidence_date
    where false

)

{% else %}

changed_items as (

    select * from {{ ref('int_evidence_changed_items') }}

),

tries as (

    select * from {{ ref('int_evidence_tries') }}

),

weighted as not materialized (

    select * from {{ as_built('int_evidence_weighted') }}

),

untagged as not materialized (

    select * from {{ as_built('int_evidence_untagged') }}

),

-- A try is judged by those before it: dates before the first that changed stay.
combined as (

    {% for relation in ['tries', 'weighted', 'untagged'] %}
    select
        {{ relation }}.student_key,
        {{ relation }}.item_id,
        {{ relation }}.performed_date as evidence_date
    from {{ relation }}
    semi join changed_items
        on
            {{ relation }}.student_key = changed_items.student_key
            and {{ relation }}.item_id = changed_items.item_id
            and {{ relation }}.performed_date
            >= changed_items.first_changed_date

    {% if not loop.last %}
    union

    {% endif %}
    {% endfor %}
),

final as (

    select
        '{{ var("baseline_build_id") }}' as baseline_build_id,
        combined.student_key,
        combined.item_id,
        combined.evidence_date
    from combined
    anti join {{ this }} as known
        on
            combined.student_key = known.student_key
            and combined.item_id = known.item_id
            and combined.evidence_date = known.evidence_date

)

{% endif %}

select * from final
