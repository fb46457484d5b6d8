{{ config(group='proxies') }}

{{ compare_row_counts(
    ref('time_on_activity'), ref('int_activity_by_activity')
) }}
