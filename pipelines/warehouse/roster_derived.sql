-- What is true of schools, sections and people, derived from every version that rosters have told.
-- Dates: starts_on is the first, ends_on the first without. Nulls stand for an unknown begin or end.

-- What rosters have told names people by the number that their pseudonym is.
create or replace temp macro pseudonym(person_key) as replace(person_key::varchar, '-', '');

create or replace temp view merged_keys as
select person_key::uuid as person_key, student_key::uuid as student_key
from loaded.merged_people;

-- Whoever was merged into somebody has become that person, in all that was ever told.
create or replace temp view told_users as
select
    told.* replace (coalesce(merged.student_key, told.person_key) as person_key),
    merged.student_key is null as is_own
from loaded.roster_users as told
left join merged_keys as merged on told.person_key = merged.person_key;

create or replace temp view told_roles as
select told.* replace (coalesce(merged.student_key, told.person_key) as person_key)
from loaded.roster_roles as told
left join merged_keys as merged on told.person_key = merged.person_key;

create or replace temp view told_enrollments as
select told.* replace (coalesce(merged.student_key, told.person_key) as person_key)
from loaded.roster_enrollments as told
left join merged_keys as merged on told.person_key = merged.person_key;

delete from loaded.schools;
insert into loaded.schools
select org_id, arg_max(name, coalesce(valid_from, '-infinity'::date))
from loaded.roster_orgs
where type = 'school'
group by org_id
order by org_id;

-- A session that was taken back before its end was never meant; one that is over stays known.
delete from loaded.academic_sessions;
insert into loaded.academic_sessions
with newest as (
    select *
    from loaded.roster_sessions
    qualify row_number() over (
        partition by session_id order by coalesce(valid_from, '-infinity'::date) desc
    ) = 1
)

select session_id, title, type, starts_on, ends_on, parent_id
from newest
where valid_to is null or ends_on <= valid_to
order by session_id;

delete from loaded.sections;
insert into loaded.sections
with newest as (
    select *
    from loaded.roster_classes
    qualify row_number() over (
        partition by section_id order by coalesce(valid_from, '-infinity'::date) desc
    ) = 1
),

courses as (
    select course_id, arg_max(course_code, coalesce(valid_from, '-infinity'::date)) as course_code
    from loaded.roster_courses
    group by course_id
),

sessions as (
    select
        session_id,
        arg_max(starts_on, coalesce(valid_from, '-infinity'::date)) as starts_on,
        arg_max(ends_on, coalesce(valid_from, '-infinity'::date)) as ends_on
    from loaded.roster_sessions
    group by session_id
),

terms as (
    select section_id, unnest(term_ids) as session_id
    from newest
),

lasting as (
    select
        terms.section_id,
        min(sessions.starts_on) as starts_on,
        max(sessions.ends_on) as ends_on
    from terms
    inner join sessions on terms.session_id = sessions.session_id
    group by terms.section_id
)

select
    newest.section_id,
    newest.school_id,
    courses.course_code,
    newest.title,
    lasting.starts_on,
    least(lasting.ends_on, newest.valid_to) as ends_on
from newest
left join courses on newest.course_id = courses.course_id
left join lasting on newest.section_id = lasting.section_id
order by newest.section_id;

delete from loaded.section_spans;
insert into loaded.section_spans
select
    versions.section_id,
    versions.school_id,
    versions.title,
    coalesce(versions.valid_from, sections.starts_on) as starts_on,
    least(versions.valid_to, sections.ends_on) as ends_on
from loaded.roster_classes as versions
inner join loaded.sections as sections on versions.section_id = sections.section_id
order by all;

-- A stint is what stood in the rosters without a gap. The last word on its own dates counts; without
-- a date of its own it begins when it was first told. What comes again under the same identifier
-- without a new date was dropped by mistake, and goes on from where it broke off. Most roles were told
-- once, and most people have a role once: only the others need a look at their order.
delete from loaded.role_spans;
insert into loaded.role_spans
with closed as (
    select distinct role_key
    from loaded.roster_roles
    where valid_to is not null
),

-- Before a record is told anew, its version before is closed.
told_again as (
    select told.role_key
    from loaded.roster_roles as told
    semi join closed on told.role_key = closed.role_key
    group by told.role_key
    having count(*) > 1
),

told_often as (
    select told.* replace (coalesce(merged.student_key, told.person_key) as person_key)
    from (
        from loaded.roster_roles
        semi join told_again using (role_key)
    ) as told
    left join merged_keys as merged on told.person_key = merged.person_key
),

marked as (
    select
        *,
        valid_from > lag(valid_to) over same as begins_stint
    from told_often
    window same as (
        partition by role_key, person_key, org_id, role
        order by coalesce(valid_from, '-infinity'::date)
    )
),

numbered as (
    select
        *,
        sum(coalesce(begins_stint, false)::integer) over (
            partition by role_key, person_key, org_id, role
            order by coalesce(valid_from, '-infinity'::date)
        ) as stint
    from marked
),

stints as (
    select
        role_key,
        person_key,
        org_id,
        role,
        stint,
        min(coalesce(valid_from, '-infinity'::date)) as told_from,
        max(coalesce(valid_to, 'infinity'::date)) as told_to,
        last(begins_on order by coalesce(valid_from, '-infinity'::date)) as begins_on,
        last(ends_on order by coalesce(valid_from, '-infinity'::date)) as ends_on
    from numbered
    group by role_key, person_key, org_id, role, stint
),

spans as (
    select
        person_key,
        org_id,
        role,
        coalesce(begins_on, lag(told_to) over (
            partition by role_key, person_key, org_id, role order by stint
        ), told_from) as starts_on,
        least(ends_on, told_to) as ends_on
    from stints
    union all
    select
        told.person_key,
        told.org_id,
        told.role,
        coalesce(told.begins_on, told.valid_from, '-infinity'::date),
        least(told.ends_on, coalesce(told.valid_to, 'infinity'::date))
    from told_roles as told
    anti join told_again on told.role_key = told_again.role_key
),

-- A hash that two share by chance costs them a look at their order, and changes nothing.
lasting as (
    select *, hash(person_key, org_id, role) as place
    from spans
    where starts_on < ends_on
),

crowded as (
    select place
    from lasting
    group by place
    having count(*) > 1
),

marked_islands as (
    select
        lasting.*,
        lasting.starts_on > max(lasting.ends_on) over (
            partition by lasting.person_key, lasting.org_id, lasting.role
            order by lasting.starts_on, lasting.ends_on
            rows between unbounded preceding and 1 preceding
        ) as begins_island
    from lasting
    semi join crowded on lasting.place = crowded.place
),

islands as (
    select
        *,
        sum(coalesce(begins_island, false)::integer) over (
            partition by person_key, org_id, role order by starts_on, ends_on
        ) as island
    from marked_islands
),

merged as (
    select person_key, org_id, role, min(starts_on) as starts_on, max(ends_on) as ends_on
    from islands
    group by person_key, org_id, role, island
    union all
    select lasting.person_key, lasting.org_id, lasting.role, lasting.starts_on, lasting.ends_on
    from lasting
    anti join crowded on lasting.place = crowded.place
)

select
    pseudonym(person_key) as person_key,
    org_id,
    role,
    nullif(starts_on, '-infinity'::date) as starts_on,
    nullif(ends_on, 'infinity'::date) as ends_on
from merged
order by all;

delete from loaded.students;
insert into loaded.students
with newest as (
    select *
    from told_users
    qualify row_number() over (
        partition by person_key
        order by
            (valid_to is null) desc, is_own desc, coalesce(valid_from, '-infinity'::date) desc,
            grade_band, school_id
    ) = 1
),

students as (
    select
        person_key,
        arg_max(org_id, coalesce(starts_on, '-infinity'::date)) as org_id
    from loaded.role_spans
    where role = 'student'
        and person_key not in (select person_key from loaded.people_set_aside)
    group by person_key
)

select students.person_key, newest.grade_band, coalesce(newest.school_id, students.org_id)
from students
inner join newest on students.person_key = pseudonym(newest.person_key)
order by students.person_key;

-- As with roles; an enrolment that comes together with its section begins with the section. Stints
-- that overlap or touch are one. Somebody who is no student is not enrolled as one.
delete from loaded.enrollments;
insert into loaded.enrollments
with closed as (
    select distinct enrollment_key
    from loaded.roster_enrollments
    where valid_to is not null
),

-- Before a record is told anew, its version before is closed.
told_again as (
    select told.enrollment_key
    from loaded.roster_enrollments as told
    semi join closed on told.enrollment_key = closed.enrollment_key
    group by told.enrollment_key
    having count(*) > 1
),

told_often as (
    select told.* replace (coalesce(merged.student_key, told.person_key) as person_key)
    from (
        from loaded.roster_enrollments
        semi join told_again using (enrollment_key)
    ) as told
    left join merged_keys as merged on told.person_key = merged.person_key
),

marked as (
    select
        *,
        valid_from > lag(valid_to) over same as begins_stint
    from told_often
    window same as (
        partition by enrollment_key, person_key, section_id, role
        order by coalesce(valid_from, '-infinity'::date)
    )
),

numbered as (
    select
        *,
        sum(coalesce(begins_stint, false)::integer) over (
            partition by enrollment_key, person_key, section_id, role
            order by coalesce(valid_from, '-infinity'::date)
        ) as stint
    from marked
),

stints as (
    select
        enrollment_key,
        person_key,
        section_id,
        role,
        stint,
        min(coalesce(valid_from, '-infinity'::date)) as told_from,
        max(coalesce(valid_to, 'infinity'::date)) as told_to,
        last(begins_on order by coalesce(valid_from, '-infinity'::date)) as begins_on,
        last(ends_on order by coalesce(valid_from, '-infinity'::date)) as ends_on
    from numbered
    group by enrollment_key, person_key, section_id, role, stint
),

followed as (
    select
        person_key,
        section_id,
        role,
        told_from,
        told_to,
        begins_on,
        ends_on,
        lag(told_to) over (
            partition by enrollment_key, person_key, section_id, role order by stint
        ) as broke_off_on
    from stints
    union all
    select
        told.person_key,
        told.section_id,
        told.role,
        coalesce(told.valid_from, '-infinity'::date) as told_from,
        coalesce(told.valid_to, 'infinity'::date) as told_to,
        told.begins_on,
        told.ends_on,
        null
    from told_enrollments as told
    anti join told_again on told.enrollment_key = told_again.enrollment_key
),

students as (
    select student_key::uuid as person_key, student_key
    from loaded.students
),

first_told as (
    select
        section_id,
        min(coalesce(valid_from, '-infinity'::date)) as told_from
    from loaded.roster_classes
    group by section_id
),

spans as (
    select
        coalesce(students.student_key, pseudonym(followed.person_key)) as person_key,
        followed.section_id,
        followed.role,
        coalesce(
            followed.begins_on,
            followed.broke_off_on,
            case when followed.told_from > first_told.told_from then followed.told_from end,
            sections.starts_on,
            '-infinity'::date
        ) as starts_on,
        least(
            coalesce(followed.ends_on, sections.ends_on), followed.told_to
        ) as ends_on
    from followed
    inner join first_told on followed.section_id = first_told.section_id
    inner join loaded.sections as sections on followed.section_id = sections.section_id
    left join students on followed.person_key = students.person_key
    where followed.role <> 'student' or students.student_key is not null
),

lasting as (
    select *, hash(person_key, section_id, role) as place
    from spans
    where starts_on < ends_on
),

crowded as (
    select place
    from lasting
    group by place
    having count(*) > 1
),

marked_islands as (
    select
        lasting.*,
        lasting.starts_on > max(lasting.ends_on) over (
            partition by lasting.person_key, lasting.section_id, lasting.role
            order by lasting.starts_on, lasting.ends_on
            rows between unbounded preceding and 1 preceding
        ) as begins_island
    from lasting
    semi join crowded on lasting.place = crowded.place
),

islands as (
    select
        *,
        sum(coalesce(begins_island, false)::integer) over (
            partition by person_key, section_id, role order by starts_on, ends_on
        ) as island
    from marked_islands
),

merged as (
    select person_key, section_id, role, min(starts_on) as starts_on, max(ends_on) as ends_on
    from islands
    group by person_key, section_id, role, island
    union all
    select lasting.person_key, lasting.section_id, lasting.role, lasting.starts_on, lasting.ends_on
    from lasting
    anti join crowded on lasting.place = crowded.place
)

select
    person_key,
    section_id,
    role,
    nullif(starts_on, '-infinity'::date) as starts_on,
    nullif(ends_on, 'infinity'::date) as ends_on
from merged;
