{# The joins that give the moment of a row its school-local date: by the clocks
   of the student's own school, `own`, where they are not the district's,
   `here`. The dates of UTC that a local date touches make it a plain join. #}
{% macro join_local_dates(rows, moment) %}
    {%- for name, model, keys in [
        ('here', 'int_local_dates', []),
        ('own', 'int_local_dates_elsewhere', ['student_key']),
    ] %}
    left join (
        select
            *,
            unnest(
                range(
                    starts_us // 86400000000,
                    (ends_us - 1) // 86400000000 + 1
                )
            ) as utc_day
        from {{ ref(model) }}
    ) as {{ name }}
        on
            epoch_us({{ rows }}.{{ moment }}) // 86400000000 = {{ name }}.utc_day
            and {{ rows }}.{{ moment }} >= {{ name }}.starts_at
            and {{ rows }}.{{ moment }} < {{ name }}.ends_at
            {%- for key in keys %}
            and {{ rows }}.{{ key }} = {{ name }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
{% endmacro %}

{# The joins that give a row with the local date of its event the midnights of
   that date, by the clocks of the student's own school where they differ. #}
{% macro join_midnights(rows) %}
    left join {{ ref('int_local_dates') }} as midnights_here
        on {{ rows }}.occurred_date = midnights_here.local_date
    left join {{ ref('int_local_dates_elsewhere') }} as midnights_elsewhere
        on
            {{ rows }}.student_key = midnights_elsewhere.student_key
            and {{ rows }}.occurred_date = midnights_elsewhere.local_date
{% endmacro %}

{# Whether an event is so near to one of the midnights of its date that time of
   it, or of the event before it, may lie on the date beside. #}
{% macro reaches_midnight(rows) -%}
    coalesce(
            epoch_us({{ rows }}.occurred_at)
            - 1000000 * parameters.time_on_task_longest
            < coalesce(midnights_elsewhere.starts_us, midnights_here.starts_us)
            or epoch_us({{ rows }}.occurred_at)
            + 1000000 * parameters.time_on_task_longest
            > coalesce(midnights_elsewhere.ends_us, midnights_here.ends_us),
            true
        )
{%- endmacro %}
