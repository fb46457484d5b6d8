{#
    Evidence included and evidence excluded are all there is: a row counts
    exactly where it has no reason not to, and then it has an outcome.
#}
{% test evidence_adds_up(model) %}

select
    student_key,
    standard_id,
    source,
    event_id
from {{ model }}
where
    is_included is distinct from (exclusion_reason is null)
    or (is_included and (outcome is null or weight is null or weight <= 0))

{% endtest %}
