{#
    Fails when the sum of `expression` over the model
    differs from the sum of `other_expression` over `other`.
#}
{% test has_equal_sum(model, expression, other, other_expression) %}

with

sums as (

    select
        (
            select coalesce(sum({{ expression }}), 0)
            from {{ model }}
        ) as expected,
        (
            select coalesce(sum({{ other_expression }}), 0)
            from {{ other }}
        ) as found

)

select *
from sums
where expected <> found

{% endtest %}
