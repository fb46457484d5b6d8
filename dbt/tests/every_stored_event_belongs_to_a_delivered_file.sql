-- The ledger knows the file of every stored event.
select
    events.source,
    events.event_id
from {{ ref('stg_plumbline__events') }} as events
anti join {{ ref('stg_plumbline__files') }} as files
    on events.file_digest = files.file_digest
{% if var('baseline_build_id') %}
where events.batch_number > {{ var('baseline_batch') }}
{% endif %}
