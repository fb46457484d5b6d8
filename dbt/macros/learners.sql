{# The pseudonym of the learner whose an event is. What staff, a test account or
   somebody in the learner's name did is not the learner's, whoever else uses
   the same identifier. As one expression it makes a plain join: with the roles
   as a condition of their own, DuckDB compares every event with every learner. #}
{% macro learner_of(events) -%}
    case
        when {{ events }}.learner_role in ('actor', 'assignee')
            then {{ events }}.actor_key
    end
{%- endmacro %}
