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
