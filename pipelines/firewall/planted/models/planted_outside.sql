-- A file from outside, of which nobody knows what it holds.
select
    student_key,
    outcome
from read_csv('minutes.csv')
