-- Whose bells and clocks hold for a student on a date: those of the section with the smallest id that
-- the student is enrolled in on it, else those of the school that the roster tells of the student.

delete from loaded.student_schools;
insert into loaded.student_schools
with enrolled as (
    select
        enrollments.person_key as student_key,
        enrollments.section_id,
        coalesce(enrollments.starts_on, sections.starts_on, '-infinity'::date) as starts_on,
        coalesce(enrollments.ends_on, sections.ends_on, 'infinity'::date) as ends_on
    from loaded.enrollments as enrollments
    inner join loaded.sections as sections on enrollments.section_id = sections.section_id
    where enrollments.role = 'student'
),

first_sections as (
    select student_key, starts_on, ends_on, min(section_id) as section_id
    from enrolled
    group by student_key, starts_on, ends_on
),

-- Most students begin and end all that they are enrolled in together.
at_once as (
    select
        student_key,
        min(starts_on) as starts_on,
        min(ends_on) as ends_on,
        min(section_id) as section_id
    from first_sections
    group by student_key
    having count(*) = 1
),

by_and_by as (
    select first_sections.*
    from first_sections
    anti join at_once on first_sections.student_key = at_once.student_key
),

turns as (
    select students.student_key, '-infinity'::date as starts_on
    from loaded.students as students
    anti join at_once on students.student_key = at_once.student_key
    union
    select student_key, starts_on from by_and_by
    union
    select student_key, ends_on from by_and_by where ends_on < 'infinity'::date
),

stretches as (
    select
        student_key,
        starts_on,
        lead(starts_on, 1, 'infinity'::date) over (
            partition by student_key order by starts_on
        ) as ends_on
    from turns
),

placed as (
    select student_key, starts_on, ends_on, section_id from at_once
    union all
    select student_key, '-infinity'::date, starts_on, null
    from at_once
    where starts_on > '-infinity'::date
    union all
    select student_key, ends_on, 'infinity'::date, null
    from at_once
    where ends_on < 'infinity'::date
    union all
    select
        stretches.student_key,
        stretches.starts_on,
        stretches.ends_on,
        min(by_and_by.section_id)
    from stretches
    left join by_and_by
        on stretches.student_key = by_and_by.student_key
        and stretches.starts_on >= by_and_by.starts_on
        and stretches.starts_on < by_and_by.ends_on
    group by stretches.student_key, stretches.starts_on, stretches.ends_on
)

select
    placed.student_key,
    coalesce(sections.school_id, students.school_id) as school_id,
    placed.starts_on,
    placed.ends_on
from placed
left join loaded.sections as sections on placed.section_id = sections.section_id
left join loaded.students as students on placed.student_key = students.student_key
order by placed.student_key, placed.starts_on;

delete from loaded.student_zones;
insert into loaded.student_zones
with zoned as (
    select
        schools.student_key,
        coalesce(zones.zone, district.zone) as zone,
        zones.zone <> district.zone as is_elsewhere,
        schools.starts_on,
        schools.ends_on
    from loaded.student_schools as schools
    left join loaded.school_zones as zones on schools.school_id = zones.school_id
    cross join loaded.district as district
),

concerned as (
    select
        zoned.*,
        zoned.zone is distinct from lag(zoned.zone) over (
            partition by zoned.student_key order by zoned.starts_on
        ) as is_other
    from zoned
    semi join (select student_key from zoned where is_elsewhere) as elsewhere
        on zoned.student_key = elsewhere.student_key
),

stretches as (
    select
        student_key,
        zone,
        starts_on,
        lead(starts_on, 1, 'infinity'::date) over same as ends_on,
        lead(zone) over same as next_zone
    from concerned
    where is_other
    window same as (partition by student_key order by starts_on)
)

select
    student_key,
    zone,
    starts_on,
    ends_on,
    case when next_zone is not null then first_moment(next_zone, ends_on) end as ends_at
from stretches
order by student_key, starts_on;
