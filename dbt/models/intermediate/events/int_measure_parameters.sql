{% set parameters_of_measures = [
    ('mastery', 'decay'),
    ('mastery', 'prior_weight'),
    ('mastery', 'base_rate_weight'),
    ('mastery', 'default_base_rate'),
    ('mastery', 'lower_probability'),
    ('mastery', 'upper_probability'),
    ('mastery', 'least_evidence'),
    ('mastery', 'least_days'),
    ('mastery', 'least_effective_n'),
    ('mastery', 'secure_estimate'),
    ('mastery', 'secure_lower'),
    ('mastery', 'not_yet_upper'),
    ('mastery', 'stale_after'),
    ('time_on_task', 'longest_duration'),
    ('time_on_task', 'session_cut'),
    ('time_on_task', 'low_gap'),
    ('time_on_task', 'mid_gap'),
    ('time_on_task', 'mid_tail_cap'),
    ('time_on_task', 'mid_tail_unknown'),
    ('time_on_task', 'high_gap'),
    ('time_on_task', 'high_credit'),
    ('time_on_task', 'high_tail'),
    ('activity_counts', 'tries_before_repeat'),
    ('practice_episodes', 'gap_ends_episode'),
    ('practice_episodes', 'least_attempts'),
    ('practice_episodes', 'least_days'),
    ('practice_episodes', 'right_outcome'),
    ('practice_episodes', 'stalled_upper'),
    ('practice_episodes', 'loop_attempts'),
    ('practice_episodes', 'loop_starts'),
    ('practice_episodes', 'loop_days'),
    ('practice_episodes', 'loop_rise'),
    ('practice_episodes', 'over_practice_attempts'),
    ('practice_episodes', 'expires_after'),
    ('practice_episodes', 'most_rows_of_class'),
    ('practice_episodes', 'false_alarm_rate'),
    ('screen_share', 'band_low'),
    ('screen_share', 'band_high'),
] %}

with

parameters as (

    select * from {{ ref('stg_plumbline__measure_parameters') }}

),

final as (

    select
        {% for measure, _ in parameters_of_measures | unique(attribute=0) %}
        max(definition_version) filter (
            where measure = '{{ measure }}'
        ) as {{ measure }}_version,
        max(definition_hash) filter (
            where measure = '{{ measure }}'
        ) as {{ measure }}_hash,
        {% endfor %}
        {% for measure, parameter in parameters_of_measures %}
        max(value) filter (
            where
            measure = '{{ measure }}'
            and parameter = '{{ parameter }}'
        ) as {{ measure }}_{{ parameter }},
        {% endfor %}
        -- All of them are lengths of time.
        max(value) filter (
            where measure = 'time_on_task'
        ) as time_on_task_longest,
        count(*) as parameter_count
    from parameters

)

select * from final
