{# Fails when the model has no row at all. #}
{% test is_not_empty(model) %}

select count(*) as occurrences
from {{ model }}
having count(*) = 0

{% endtest %}
