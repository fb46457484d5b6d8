{#
    One row fails for each value below `lowest` or above `highest` (both
    inclusive, each optional). Nulls pass: not_null says where they may not be.
#}
{% test is_between(model, column_name, lowest=none, highest=none) %}

select {{ column_name }}
from {{ model }}
where
    isnan(cast({{ column_name }} as double))
    {% if lowest is not none %}
    or {{ column_name }} < {{ lowest }}
    {% endif %}
    {% if highest is not none %}
    or {{ column_name }} > {{ highest }}
    {% endif %}

{% endtest %}
