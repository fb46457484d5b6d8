-- What `plumbline load` writes. Everything lives in the schema `loaded`; dbt reads it as one source.
-- loaded.events is made from schemas/canonical/event.json plus the columns noted below.

create schema if not exists loaded;

-- One row: which release's tables these are; see pipelines/warehouse/migrations.
create table if not exists loaded.schema_version (
    version integer not null
);

-- One row per district: the settings that models need.
create table if not exists loaded.district (
    district_id varchar not null,
    zone varchar not null,
    pseudonym_key_version integer not null,
    pseudonym_key_fingerprint varchar not null
);

-- One row per school whose clocks are not the district's, as the settings say.
create table if not exists loaded.school_zones (
    school_id varchar not null,
    zone varchar not null
);

-- One row per landing folder that the settings name.
create table if not exists loaded.sources (
    source varchar not null,
    reported_duration varchar not null,
    -- The scale of its scores, where only the crosswalk says what they are worth.
    score_scale varchar
);

-- The district's own reading of verbs that the crosswalk in dbt/seeds does not know.
create table if not exists loaded.verb_actions (
    verb varchar not null,
    activity_type varchar,
    action varchar not null
);

-- The ledger: one row per delivered file, known by its content.
create table if not exists loaded.files (
    file_digest varchar not null,
    file_name varchar not null,
    source varchar not null,
    size_bytes ubigint not null,
    read ubigint not null,
    loaded ubigint not null,
    duplicate ubigint not null,
    conflicting ubigint not null,
    rejected ubigint not null,
    minimised ubigint not null,
    batch_number integer not null,
    -- Which generation of the file's manifest was loaded: replays make new ones.
    generation integer not null default 0
);

-- One row per load that added events, or changed the ledger or records: the date of its night.
create table if not exists loaded.batches (
    batch_number integer not null,
    as_of_date date not null
);

-- One row per batch, source and school-local date: the events that the batch brought of that date.
-- Checks compare nights by it. matched and tagged are as roster and standards were that night.
create table if not exists loaded.daily_counts (
    batch_number integer not null,
    source varchar not null,
    event_date date not null,
    events bigint not null,
    anonymous bigint not null, -- name no single learner
    matched bigint not null, -- of somebody in the roster
    scored bigint not null, -- with a score or a success
    tagged bigint not null -- of these, with a standard that is known
);

-- The verbs and activity types that a source has sent, and the load that brought each first.
create table if not exists loaded.terms (
    source varchar not null,
    kind varchar not null, -- verb, activity_type
    term varchar not null,
    batch_number integer not null
);

-- What a load changed: one row per load, student, school-local date and reason. Without a student
-- it concerns everybody, without a date every date. Builds bring up to date what is listed.
create table if not exists loaded.changes (
    batch_number integer not null,
    student_key varchar,
    activity_date date,
    reason varchar not null, -- new, late, voided, rematched, roster, calendar, standards, settings, classroom
    events bigint -- how many events of the date; empty where no single event is the reason
);

-- One row per delivered file that the circuit breaker keeps from being loaded; judged anew each night.
create table if not exists loaded.held (
    file_digest varchar not null,
    file_name varchar not null,
    source varchar not null,
    read ubigint not null,
    rejected ubigint not null,
    held_since date not null
);

-- One row per file and rule that rejected events of it.
create table if not exists loaded.rejections (
    file_digest varchar not null,
    stage varchar not null,
    rule varchar not null,
    clause varchar not null,
    events ubigint not null
);

-- One row per file and reason for which an event was not stored although it is valid.
create table if not exists loaded.minimised_events (
    file_digest varchar not null,
    reason varchar not null,
    events ubigint not null
);

-- One row per file and field that arrived and was not stored.
create table if not exists loaded.refused_fields (
    file_digest varchar not null,
    standard varchar not null,
    path varchar not null,
    occurrences ubigint not null,
    value_types varchar[] not null default []
);

-- One row per event that came a second time with another body; the first stays.
create table if not exists loaded.conflicts (
    source varchar not null,
    event_id uuid not null,
    loaded_body_digest varchar not null,
    loaded_file_digest varchar not null,
    loaded_line_number integer not null,
    conflicting_body_digest varchar not null,
    file_digest varchar not null,
    line_number integer not null,
    item_number integer not null
);

-- One row per input that is not events (roster, standards, calendar), by content.
create table if not exists loaded.inputs (
    kind varchar not null,
    digest varchar not null
);

-- One row per delivery of the roster: loaded ones for good, the others as of the last load.
create table if not exists loaded.roster_deliveries (
    delivery_digest varchar not null,
    delivery_name varchar not null,
    effective_on date not null,
    state varchar not null, -- loaded, held, refused or superseded
    rows bigint not null,
    rows_left_out bigint not null,
    errors bigint not null,
    students_before bigint not null,
    sections_before bigint not null,
    enrollments_before bigint not null,
    students_after bigint not null,
    sections_after bigint not null,
    enrollments_after bigint not null
);

-- What rosters have said, version by version. A version holds from valid_from (null: for as long as
-- anybody knows) up to, not including, valid_to (null: still).
create table if not exists loaded.roster_orgs (
    org_id varchar not null,
    name varchar not null,
    type varchar not null,
    valid_from date,
    valid_to date
);

create table if not exists loaded.roster_sessions (
    session_id varchar not null,
    title varchar not null,
    type varchar not null,
    starts_on date not null,
    ends_on date not null,
    parent_id varchar,
    valid_from date,
    valid_to date
);

create table if not exists loaded.roster_courses (
    course_id varchar not null,
    course_code varchar,
    valid_from date,
    valid_to date
);

create table if not exists loaded.roster_classes (
    section_id varchar not null,
    title varchar not null,
    school_id varchar not null,
    course_id varchar,
    term_ids varchar[] not null,
    valid_from date,
    valid_to date
);

create table if not exists loaded.roster_users (
    person_key uuid not null,
    grade_band varchar,
    school_id varchar,
    valid_from date,
    valid_to date
);

-- role_key and enrollment_key are keyed digests of the rows' sourcedId, which may name a person.
create table if not exists loaded.roster_roles (
    role_key uuid not null,
    person_key uuid not null,
    org_id varchar,
    role varchar not null,
    begins_on date,
    ends_on date,
    valid_from date,
    valid_to date
);

create table if not exists loaded.roster_enrollments (
    enrollment_key uuid not null,
    person_key uuid not null,
    section_id varchar not null,
    role varchar not null,
    begins_on date,
    ends_on date,
    valid_from date,
    valid_to date
);

-- Who is somebody else by the crosswalk: everything told of the one is the other's. What rosters have
-- said stays as they said it, so that a merge can be undone.
create table if not exists loaded.merged_people (
    person_key varchar not null,
    student_key varchar not null
);

-- Who is no student whatever rosters say, by the crosswalk or the settings.
create table if not exists loaded.people_set_aside (
    person_key varchar not null,
    reason varchar not null -- staff or test_account
);

-- From here on to the identifiers: derived from all versions (roster_derived.sql).
create table if not exists loaded.schools (
    school_id varchar not null,
    name varchar not null
);

create table if not exists loaded.academic_sessions (
    academic_session_id varchar not null,
    title varchar not null,
    type varchar not null,
    starts_on date not null,
    ends_on date not null,
    parent_id varchar
);

create table if not exists loaded.sections (
    section_id varchar not null,
    school_id varchar not null,
    course_code varchar,
    title varchar not null,
    starts_on date,
    ends_on date
);

-- One row per section and stretch of time in which its school and title were the same.
create table if not exists loaded.section_spans (
    section_id varchar not null,
    school_id varchar not null,
    title varchar not null,
    starts_on date,
    ends_on date
);

-- One row per person, organisation, role and stretch of time: OneRoster's roles.
create table if not exists loaded.role_spans (
    person_key varchar not null,
    org_id varchar,
    role varchar not null,
    starts_on date,
    ends_on date
);

-- Whoever was ever a student; teachers and staff appear in enrollments by their pseudonym.
create table if not exists loaded.students (
    student_key varchar not null,
    grade_band varchar,
    school_id varchar
);

-- role is OneRoster's enrolment role: student, teacher, aide, proctor, administrator.
create table if not exists loaded.enrollments (
    person_key varchar not null,
    section_id varchar not null,
    role varchar not null,
    starts_on date,
    ends_on date
);

-- Which pseudonyms of tools belong to which student; only students are listed.
create table if not exists loaded.learner_identifiers (
    actor_key varchar not null,
    student_key varchar not null
);

-- Which pseudonyms of tools mean no student although they are known, and why.
create table if not exists loaded.unmatched_identifiers (
    actor_key varchar not null,
    reason varchar not null -- ambiguous, staff, guardian, no_role, test_account, not_in_roster
);

-- Of which namespaces settings or crosswalk know identifiers, by pseudonym.
create table if not exists loaded.known_namespaces (
    namespace_key varchar not null
);

-- One row per student and stretch of dates: the school whose bells hold for the student. The dates of
-- a student are all of time: from -infinity up to, not including, infinity.
create table if not exists loaded.student_schools (
    student_key varchar not null,
    school_id varchar, -- empty where the roster tells none
    starts_on date not null,
    ends_on date not null
);

-- One row per stretch of dates and zone of whoever ever was in a school with clocks of its own; for
-- all others the district's zone holds. ends_at is when the next stretch begins, by its own clocks.
create table if not exists loaded.student_zones (
    student_key varchar not null,
    zone varchar not null,
    starts_on date not null,
    ends_on date not null,
    ends_at timestamptz -- empty where no other stretch follows
);

-- One row per zone and local date on which or near which something happened: its first moment, and
-- the first of the next date. Where clocks go back over midnight, a date begins with the first.
create table if not exists loaded.zone_dates (
    zone varchar not null,
    local_date date not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null
);

-- One row per CFDocument: a framework, or one version of it.
create table if not exists loaded.frameworks (
    framework_id varchar not null,
    uri varchar,
    title varchar not null,
    version varchar,
    adoption_status varchar,
    status_starts_on date
);

-- standard_id is the CFItem identifier; uri is what events refer to it by. counts_as_id is the
-- standard that evidence of this one counts for, and succession says why: current, replaced, matched,
-- split, merged or circular.
create table if not exists loaded.standards (
    standard_id varchar not null,
    uri varchar not null,
    code varchar,
    statement varchar not null,
    parent_id varchar,
    framework varchar not null,
    framework_version varchar,
    framework_id varchar not null,
    education_levels varchar[] not null,
    counts_as_id varchar not null,
    succession varchar not null
);

-- One row per standard and standard that it lies below: the parent has the distance 1.
create table if not exists loaded.standard_ancestors (
    standard_id varchar not null,
    ancestor_id varchar not null,
    distance integer not null
);

-- One row per CFAssociation; origin and destination are identifiers of items or documents.
create table if not exists loaded.standard_associations (
    framework_id varchar not null,
    association_id varchar,
    uri varchar,
    association_type varchar not null,
    origin_id varchar not null,
    destination_id varchar not null,
    sequence_number bigint
);

-- One row per activity and standard that the district aligns it with.
create table if not exists loaded.alignments (
    activity_id varchar not null,
    standard_id varchar not null
);

-- One row per skill of a vendor and standard; relation is exact, narrower or broader.
create table if not exists loaded.skill_crosswalk (
    skill varchar not null,
    relation varchar not null,
    standard_id varchar not null
);

-- What people wrote down, not software: the rows that stand of the forms in the home's classroom/,
-- all by the keyed digest of their record_id. It is what the folder holds and no more.
create table if not exists loaded.classroom_evidence (
    record_key varchar not null,
    file_name varchar not null,
    student_key varchar not null,
    standard_id varchar not null,
    item_id varchar not null,
    method varchar not null,
    assessed_on date not null,
    score double not null,
    max_score double,
    min_score double,
    scale varchar
);

create table if not exists loaded.classroom_judgements (
    record_key varchar not null,
    file_name varchar not null,
    student_key varchar not null,
    standard_id varchar not null,
    judgement varchar not null,
    judged_on date not null
);

create table if not exists loaded.classroom_goals (
    record_key varchar not null,
    file_name varchar not null,
    student_key varchar not null,
    standard_id varchar,
    aim varchar not null,
    set_by varchar not null,
    set_on date not null,
    due_on date,
    reached_on date
);

create table if not exists loaded.classroom_feedback (
    record_key varchar not null,
    file_name varchar not null,
    student_key varchar not null,
    standard_id varchar,
    statement varchar not null,
    answer varchar not null,
    given_on date not null
);

-- What a score from score_from on, up to the next row of the scale, is worth.
create table if not exists loaded.scale_crosswalk (
    record_key varchar not null,
    file_name varchar not null,
    scale varchar not null,
    score_from double not null,
    outcome double not null,
    reviewed_on date not null
);

-- One row per file of classroom/; one that cannot be read leaves the rows it had before.
create table if not exists loaded.classroom_files (
    file_name varchar not null,
    file_digest varchar not null,
    form varchar,
    is_usable boolean not null,
    read bigint not null,
    loaded bigint not null,
    duplicate bigint not null,
    replaced bigint not null, -- a later file has a row of the same record_id
    rejected bigint not null
);

-- One row per refused row of these files; without a row number it is the whole file.
create table if not exists loaded.classroom_refusals (
    file_name varchar not null,
    row_number bigint,
    column_name varchar,
    rule varchar not null
);

-- One row per school and date of the school year; clock times are local.
create table if not exists loaded.school_days (
    school_id varchar not null,
    date date not null,
    is_instructional boolean not null,
    opens_at time,
    closes_at time
);

-- One row per rebuild that was switched to: from which night on deliveries were read again, and how
-- many. It is part of what a build is made of: what is rebuilt is another build.
create table if not exists loaded.rebuilds (
    rebuild_number integer not null,
    read_again_from date,
    files_read_again integer not null
);

-- One row per parameter of a measure, as the definitions have it by which the newest build was made.
create table if not exists loaded.measure_parameters (
    measure varchar not null,
    version varchar not null,
    hash varchar not null,
    parameter varchar not null,
    value double not null
);

-- One row per version of a measure by which a build was made that passed its checks, for good.
create table if not exists loaded.measure_definitions (
    measure varchar not null,
    version varchar not null,
    hash varchar not null,
    parameters varchar not null -- as JSON
);

-- One row per build, newest last; the orchestration writes it, audit.builds shows it.
create table if not exists loaded.builds (
    build_id varchar not null,
    as_of_date date not null,
    inputs_hash varchar not null,
    -- What it has taken in, and by which models.
    batch_number integer not null,
    definitions_hash varchar not null,
    -- The build that was brought up to date; empty where all was built anew, for this reason.
    baseline_build_id varchar,
    full_build_reason varchar,
    started_at timestamptz not null,
    tests_passed integer, -- empty until dbt has built and tested everything
    finished_at timestamptz, -- empty until the build was checked
    checks_passed integer,
    checks_warned integer,
    checks_failed integer
);

-- Figures of each build, for the next one to be compared with: rows of marts, students with a status
-- of mastery, minutes of each of the last days.
create table if not exists loaded.build_figures (
    build_id varchar not null,
    figure varchar not null,
    subject varchar not null,
    value double not null
);

-- At most one row: the newest build that passed its checks, and what it had taken in. The next one
-- brings it up to date; without a row the next one builds everything.
create table if not exists loaded.baseline (
    build_id varchar not null,
    batch_number integer not null,
    as_of_date date not null,
    definitions_hash varchar not null
);
