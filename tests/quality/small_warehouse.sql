-- A small district: 2 schools, 4 sections, 40 students, 30 weekdays, 2 tools, every check met.
insert into loaded.district values ('riverbend', 'America/Chicago', 1, '0123456789abcdef');
insert into loaded.sources values ('mathpath', 'by_verb', null), ('readwell', 'before', null);
insert into loaded.schools values ('school-1', 'Mill Creek Elementary'), ('school-2', 'Harbor Middle');
insert into loaded.academic_sessions
values ('term-1', 'Fall', 'gradingPeriod', date '2025-08-18', date '2025-12-19', null);

insert into loaded.sections
select
    'section-' || number,
    'school-' || (number % 2 + 1),
    'MATH-' || number,
    'Mathematics ' || number,
    date '2025-08-18',
    date '2026-05-29'
from range(4) as numbers (number);

insert into loaded.students
select md5('student ' || number), 'grades 3-5', 'school-' || (number % 2 + 1)
from range(40) as numbers (number);

insert into loaded.enrollments
select md5('student ' || number), 'section-' || (number % 4), 'student', date '2025-08-18', null
from range(40) as numbers (number)
union all
select md5('teacher ' || number), 'section-' || number, 'teacher', null, null
from range(4) as numbers (number);

insert into loaded.learner_identifiers
select md5('actor ' || number), md5('student ' || number)
from range(40) as numbers (number);

insert into loaded.standards
select
    'standard-' || number,
    'https://standards.example/CFItems/standard-' || number,
    'M.' || number,
    'Add within ' || number,
    null,
    'Example Mathematics',
    '1',
    'framework',
    [],
    'standard-' || number,
    'current'
from range(5) as numbers (number);

insert into loaded.school_days
select
    'school-' || school,
    day::date,
    isodow(day) <= 5,
    case when isodow(day) <= 5 then time '08:00' end,
    case when isodow(day) <= 5 then time '15:00' end
from
    range(1, 3) as schools (school),
    range(timestamp '2025-09-01', timestamp '2025-10-11', interval 1 day) as days (day);

insert into loaded.files
select
    sha256(source || number),
    source || '/night-' || number || '.ndjson',
    source,
    1000,
    1016,
    1000,
    10,
    1,
    3,
    2,
    number + 1,
    0
from
    range(3) as numbers (number),
    (values ('mathpath'), ('readwell')) as sources (source);

insert into loaded.rejections
select file_digest, 'schema', 'xapi.actor.required', 'xAPI 1.0.3 Data 2.4', 3
from loaded.files;

insert into loaded.minimised_events
select file_digest, 'entity_description', 2 from loaded.files;

insert into loaded.conflicts
select source, md5('conflict of ' || file_name)::uuid, md5('first'), file_digest, 3, md5('second'), file_digest, 7, 0
from loaded.files;

insert into loaded.inputs values ('roster', sha256('roster')), ('standards', sha256('standards'));

-- 1,000 events of every file: 25 a student and file, 5 days each.
insert into loaded.events by name
select
    files.source as source,
    md5(files.file_name || number) as event_id,
    'xapi' as standard,
    '1.0.3' as spec_version,
    md5('body' || number) as body_digest,
    md5('actor ' || (number % 40)) as actor_key,
    'actor' as learner_role,
    'http://adlnet.gov/expapi/verbs/answered' as verb,
    'https://mathpath.example/items/' || (number % 50) as activity_id,
    ['https://standards.example/CFItems/standard-' || ((number // 40) % 5)] as standard_refs,
    (number % 3 > 0) as success,
    45.0 as duration_seconds,
    timestamptz '2025-09-01 15:00:00+00'
    + to_days(
        (files.batch_number - 1) * 14
        + [0, 1, 2, 3, 4, 7, 8, 9, 10, 11][(1 + (number // 40) % 10)::integer]
    )
    + to_minutes((number // 40)::integer) as occurred_at,
    number as line_number,
    0 as item_number,
    files.file_digest as file_digest,
    files.batch_number as batch_number
from loaded.files as files, range(1000) as numbers (number);

insert into loaded.daily_counts
select
    batch_number,
    source,
    (occurred_at at time zone 'America/Chicago')::date as event_date,
    count(*) as events,
    0 as anonymous,
    count(*) as matched,
    count(*) as scored,
    count(*) as tagged
from loaded.events
group by all;

insert into loaded.batches
values (1, date '2025-09-13'), (2, date '2025-09-27'), (3, date '2025-10-10');

insert into loaded.builds by name
select
    'build-one' as build_id,
    date '2025-10-10' as as_of_date,
    sha256('inputs') as inputs_hash,
    3 as batch_number,
    sha256('models') as definitions_hash,
    'asked for' as full_build_reason,
    timestamptz '2025-10-10 07:00:00+00' as started_at,
    100 as tests_passed,
    40 as checks_passed,
    1 as checks_warned,
    0 as checks_failed;

-- Builds of the nine nights before; the newest of them is what this build is compared with.
insert into loaded.builds by name
select
    'build of ' || day::date as build_id,
    day::date as as_of_date,
    sha256('inputs' || day) as inputs_hash,
    2 as batch_number,
    sha256('models') as definitions_hash,
    day::timestamptz as started_at,
    day::timestamptz as finished_at,
    100 as tests_passed,
    40 as checks_passed,
    0 as checks_warned,
    0 as checks_failed
from range(timestamp '2025-10-01', timestamp '2025-10-10', interval 1 day) as days (day);

create schema roster;
create schema learning;
create schema proxies;
create schema signals;
create schema audit;

create table roster.students as
select student_key, grade_band, 'build-one' as build_id from loaded.students;
create table roster.sections as
select *, 'build-one' as build_id from loaded.sections;
create table roster.enrollments as
select * rename (person_key as student_key), 'build-one' as build_id from loaded.enrollments;
create table roster.schools as
select *, 'build-one' as build_id from loaded.schools;
create table roster.standards as
select * exclude (uri, education_levels), 'build-one' as build_id from loaded.standards;

create table learning.mastery_evidence as
select
    identifiers.student_key,
    'standard-' || split_part(events.standard_refs[1], '-', 2) as standard_id,
    events.event_id,
    events.occurred_at::date as evidence_date,
    events.occurred_at,
    events.source,
    events.activity_id as item_id,
    events.success::integer::double as outcome,
    1.0::double as weight,
    1 as attempt_number,
    false as is_assisted,
    line_number % 4 > 0 as is_included,
    case when line_number % 4 = 0 then 'repeat_same_day' end as exclusion_reason,
    'auto_scored' as method,
    'mastery 1' as definition_version,
    'build-one' as build_id
from loaded.events as events
inner join loaded.learner_identifiers as identifiers using (actor_key);

create table learning.mastery as
select
    student_key,
    standard_id,
    ['secure', 'developing', 'not_yet', 'insufficient_evidence'][
        1 + row_number() over (order by student_key, standard_id) % 4
    ] as status,
    false as is_stale,
    0.3 + 0.5 * avg(outcome) as estimate,
    0.2::double as interval_low,
    0.9::double as interval_high,
    avg(outcome) as prior_free_estimate,
    count(*) as evidence_count,
    count(distinct occurred_at::date) as evidence_days,
    6.0::double as effective_n,
    max(occurred_at::date) as last_evidence_date,
    'mastery 1' as definition_version,
    'build-one' as build_id
from learning.mastery_evidence
group by student_key, standard_id;

create table learning.evidence_mix as
select
    student_key,
    standard_id,
    method,
    evidence_count,
    1.0::double as share_of_evidence,
    last_evidence_date,
    'mastery 1' as definition_version,
    'build-one' as build_id
from learning.mastery
cross join (values ('auto_scored')) as methods (method);

create table learning.class_mastery as
select
    enrollments.section_id,
    mastery.standard_id,
    mastery.status,
    count(*) as students,
    'mastery 1' as definition_version,
    'build-one' as build_id
from learning.mastery as mastery
inner join roster.enrollments as enrollments using (student_key)
group by all;

create table proxies.time_on_task as
select
    student_key,
    occurred_at::date as activity_date,
    ['school', 'home'][1 + line_number % 2] as day_part,
    10.0::double as minutes_low,
    20.0::double as minutes_mid,
    30.0::double as minutes_high,
    0.5::double as share_inferred,
    count(*) as event_count,
    'time_on_task 1' as definition_version,
    'build-one' as build_id
from loaded.events
inner join loaded.learner_identifiers using (actor_key)
group by all;

create table proxies.activity_counts as
select
    student_key,
    occurred_at::date as activity_date,
    count(*) as events,
    count(*) as attempts,
    0 as repeat_attempts,
    0 as hints,
    0 as completions,
    null::integer as self_chosen,
    null::integer as goals_set_by_student,
    'activity_counts 1' as definition_version,
    'build-one' as build_id
from loaded.events
inner join loaded.learner_identifiers using (actor_key)
group by all;

create table proxies.screen_share as
select
    enrollments.section_id,
    date_trunc('week', time_on_task.activity_date)::date as week_start_date,
    0.1::double as share_low,
    0.2::double as share_mid,
    0.3::double as share_high,
    0.25::double as share_alone,
    0.25::double as share_group,
    0.0::double as share_teacher_led,
    0.5::double as share_unknown,
    'screen_share 1' as definition_version,
    'build-one' as build_id
from proxies.time_on_task
inner join roster.enrollments using (student_key)
group by all;

create table signals.practice_episodes as
select
    student_key,
    standard_id,
    'stalled' as state,
    6 as attempts,
    2 as days,
    date '2025-10-06' as week_start_date,
    date '2025-10-01' as started_on,
    date '2025-10-03' as last_evidence_date,
    'has worked on it; a look may help' as sentence,
    0.48::double as false_alarm_rate,
    'practice_episodes 1' as definition_version,
    'build-one' as build_id
from learning.mastery
order by all
limit 3;

create table audit.reconciliation as
select
    file_digest as digest,
    file_name,
    source,
    read,
    loaded,
    duplicate,
    conflicting,
    rejected,
    minimised,
    0::ubigint as voided,
    true as adds_up,
    'build-one' as build_id
from loaded.files;

create table audit.rejections as
select
    file_digest as digest,
    file_name,
    source,
    stage,
    rule,
    clause,
    events,
    'build-one' as build_id
from loaded.rejections
inner join loaded.files using (file_digest);

create table audit.held as
select
    file_digest as digest,
    file_name,
    source,
    read,
    rejected,
    held_since as held_since_date,
    'build-one' as build_id
from loaded.held;

create table audit.classroom_files as
select
    'evidence.csv' as file_name,
    md5('evidence.csv') as digest,
    'evidence' as form,
    50 as read,
    48 as loaded,
    0 as duplicate,
    0 as replaced,
    2 as rejected,
    true as is_usable,
    true as adds_up,
    'build-one' as build_id;

create table audit.rosters as
select
    delivery_digest as digest,
    delivery_name as file_name,
    state,
    rows as delivered_rows,
    rows_left_out,
    errors,
    students_before,
    students_after,
    enrollments_before,
    enrollments_after,
    effective_on as effective_date,
    'build-one' as build_id
from loaded.roster_deliveries;

create view audit.builds as select * from loaded.builds;

comment on table learning.mastery is 'One row per student and standard.';
comment on column learning.mastery.estimate is 'The student''s estimated mastery.';
comment on view audit.builds is 'One row per build.';

insert into loaded.build_figures
select builds.build_id, figures.figure, figures.subject, figures.value
from
    (
        select 'rows' as figure, 'learning.mastery' as subject, count(*) as value
        from learning.mastery
        union all
        select 'rows', 'learning.mastery_evidence', count(*) from learning.mastery_evidence
        union all
        select 'rows', 'roster.students', count(*) from roster.students
        union all
        select 'students with status', status, count(*) from learning.mastery group by status
        union all
        select 'minutes', activity_date::varchar, sum(minutes_mid)
        from proxies.time_on_task
        group by activity_date
    ) as figures,
    (values ('build of 2025-10-09'), ('build-one')) as builds (build_id);
