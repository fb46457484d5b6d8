{{ config(group='learning') }}

{{ compare_row_counts(ref('mastery_evidence'), ref('int_evidence_weighted')) }}
