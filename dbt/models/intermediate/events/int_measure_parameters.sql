with

parameters as (

    select * from {{ ref('measure_parameters') }}

),

{% set measures = {
    'mastery': [
        'decay', 'prior_weight', 'base_rate_weight', 'default_base_rate',
        'lower_probability', 'upper_probability', 'least_evidence',
        'least_days', 'least_effective_n', 'secure_estimate', 'secure_lower',
        'not_yet_upper', 'stale_after',
    ],
    'time_on_task': [
        'longest_duration', 'session_cut', 'low_gap', 'mid_gap',
        'mid_tail_cap', 'mid_tail_unknown', 'high_gap', 'high_credit',
        'high_tail',
    ],
    'activity_counts': ['tries_before_repeat'],
} %}

final as (

    select
        {% for measure, names in measures.items() %}
            max(version) filter (
                where measure = '{{ measure }}'
            ) as {{ measure }}_version,
            {% for name in names %}
                max(value) filter (
                    where
                        measure = '{{ measure }}'
                        and parameter = '{{ name }}'
                ) as {{ measure }}_{{ name }},
            {% endfor %}
        {% endfor %}
    from parameters

)

select * from final
