"""Write down whose dates a load changed and why, in the transaction of the load itself.

A row of `loaded.changes` names a student and a school-local date on which something of that
student lies. Without a student it means everybody, without a date every date. A build brings up
to date what the list names, and needs no other sign of what is new.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.warehouse.local_dates import join_dates

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection


class ChangeReason(StrEnum):
    """Why a student's date is listed."""

    NEW = "new"
    LATE = "late"
    VOIDED = "voided"
    REMATCHED = "rematched"
    ROSTER = "roster"
    CALENDAR = "calendar"
    STANDARDS = "standards"
    SETTINGS = "settings"
    CLASSROOM = "classroom"


# A change of these may reach every event: no list of students and dates would be shorter.
_UNBOUNDED = {
    "standards": ChangeReason.STANDARDS,
    "alignments": ChangeReason.STANDARDS,
    "skill_crosswalk": ChangeReason.STANDARDS,
    "district": ChangeReason.SETTINGS,
    "school_zones": ChangeReason.SETTINGS,
    "sources": ChangeReason.SETTINGS,
    "verb_actions": ChangeReason.SETTINGS,
    "scale_crosswalk": ChangeReason.CLASSROOM,
}
# What people wrote down, on the date that it is about.
_CLASSROOM = {
    "classroom_evidence": "assessed_on",
    "classroom_judgements": "judged_on",
    "classroom_goals": "set_on",
    "classroom_feedback": "given_on",
}
_PLACEMENTS = """
    select student_key, school_id, null as section_id, null as starts_on, null as ends_on
    from loaded.students
    union all
    select
        enrollments.person_key,
        sections.school_id,
        enrollments.section_id,
        coalesce(enrollments.starts_on, sections.starts_on),
        coalesce(enrollments.ends_on, sections.ends_on)
    from loaded.enrollments
    inner join loaded.sections using (section_id)
    where enrollments.role = 'student'
"""
_REMEMBERED = {
    **{table: f"from loaded.{table}" for table in (*_UNBOUNDED, *_CLASSROOM)},
    "learner_identifiers": "from loaded.learner_identifiers",
    "school_days": "from loaded.school_days",
    "student_zones": "from loaded.student_zones",
    "placements": f"from ({_PLACEMENTS})",
}
_DATES_OF_MOMENTS = f"""
moments as (
    select
        touched.student_key,
        touched.reason,
        unnest([touched.occurred_at, touched.started_at, touched.ended_at]) as moment,
        unnest([1, 0, 0]) as events
    from touched
),

rezoned as (
    (from remembered_student_zones except from loaded.student_zones)
    union
    (from loaded.student_zones except from remembered_student_zones)
),

dated as (
    select
        moments.student_key,
        coalesce(own.local_date, here.local_date) as activity_date,
        moments.reason,
        moments.events
    from moments
    {join_dates("moments.moment", "moments.student_key")}
    where moments.moment is not null
    union all
    -- Of whom other clocks hold than before, the dates on which it all lay change too.
    select
        moments.student_key,
        coalesce(own.local_date, here.local_date),
        moments.reason,
        0
    from moments
    semi join rezoned on moments.student_key = rezoned.student_key
    {join_dates("moments.moment", "moments.student_key", zones="remembered_student_zones")}
    where moments.moment is not null
)
"""
_LIST_EVENTS = f"""
insert into loaded.changes
with touched as (
    select
        links.student_key,
        events.occurred_at,
        events.started_at,
        events.ended_at,
        '{ChangeReason.NEW}' as reason
    from loaded.events
    inner join loaded.learner_identifiers as links using (actor_key)
    where events.batch_number = $batch_number and events.voids_event_id is null
    union all
    select
        links.student_key,
        voided.occurred_at,
        voided.started_at,
        voided.ended_at,
        '{ChangeReason.VOIDED}' as reason
    from loaded.events as voiding
    inner join loaded.events as voided
        on voiding.source = voided.source
        and voiding.voids_event_id = voided.event_id
    inner join loaded.learner_identifiers as links on voided.actor_key = links.actor_key
    where voiding.batch_number = $batch_number
        and voided.batch_number < $batch_number
        and voided.voids_event_id is null
),

{_DATES_OF_MOMENTS},

earlier as (
    select max(as_of_date) as as_of_date
    from loaded.batches
    where batch_number < $batch_number
)

select
    $batch_number,
    dated.student_key,
    dated.activity_date,
    case
        when dated.reason = '{ChangeReason.NEW}' and dated.activity_date <= earlier.as_of_date
            then '{ChangeReason.LATE}'
        else dated.reason
    end as change_reason,
    sum(dated.events)
from dated
cross join earlier
group by dated.student_key, dated.activity_date, change_reason
order by all
"""
_LIST_STUDENTS = f"""
insert into loaded.changes
with relinked as (
    (from remembered_learner_identifiers except from loaded.learner_identifiers)
    union
    (from loaded.learner_identifiers except from remembered_learner_identifiers)
),

placed_otherwise as (
    (from remembered_placements except ({_PLACEMENTS}))
    union
    (({_PLACEMENTS}) except from remembered_placements)
),

concerned as (
    select actor_key, student_key, '{ChangeReason.REMATCHED}' as reason
    from relinked
    union all
    select links.actor_key, links.student_key, '{ChangeReason.ROSTER}' as reason
    from loaded.learner_identifiers as links
    semi join placed_otherwise using (student_key)
),

touched as (
    select
        concerned.student_key,
        events.occurred_at,
        events.started_at,
        events.ended_at,
        concerned.reason
    from loaded.events
    inner join concerned using (actor_key)
    where events.voids_event_id is null
),

{_DATES_OF_MOMENTS}

select $batch_number, student_key, activity_date, reason, sum(events)
from dated
group by student_key, activity_date, reason
order by all
"""
_LIST_SCHOOL_DAYS = f"""
insert into loaded.changes
with differing as (
    (from remembered_school_days except from loaded.school_days)
    union
    (from loaded.school_days except from remembered_school_days)
)

select distinct $batch_number::integer, null, differing.date, '{ChangeReason.CALENDAR}', null
from differing
order by all
"""
_LIST_CLASSROOM = """
insert into loaded.changes
with differing as (
    (from remembered_{table} except all from loaded.{table})
    union all
    (from loaded.{table} except all from remembered_{table})
)

select distinct $batch_number::integer, differing.student_key, differing.{date}, $reason, null
from differing
anti join loaded.changes as listed
    on listed.batch_number = $batch_number
    and listed.student_key = differing.student_key
    and listed.activity_date = differing.{date}
    and listed.reason = $reason
order by all
"""
_LIST_EVERYTHING = """
insert into loaded.changes
select $batch_number::integer, null, null, $reason, null
where exists (
    (from remembered_{table} except all from loaded.{table})
    union all
    (from loaded.{table} except all from remembered_{table})
)
"""
_LAST_BATCH = "select coalesce(max(batch_number), 0) from loaded.batches"


def remember_records(connection: DuckDBPyConnection) -> int:
    """Keep aside what records and settings are before a load; return the last batch before it."""
    for name, query in _REMEMBERED.items():
        connection.execute(f"create or replace temp table remembered_{name} as {query}")
    return _number(connection, _LAST_BATCH)


def list_changes(connection: DuckDBPyConnection, night: date, *, last_batch: int) -> None:
    """Write what differs from what was remembered, and what the events of the load concern.

    A load that changes records alone becomes a batch as well. The very first load has no list:
    there is no build yet that it could bring up to date.
    """
    if _number(connection, "select count(*) from remembered_district"):
        _list_changes(connection, night, last_batch + 1)
    for name in _REMEMBERED:
        connection.execute(f"drop table remembered_{name}")


def _list_changes(connection: DuckDBPyConnection, night: date, batch_number: int) -> None:
    parameters = {"batch_number": batch_number}
    has_events = _number(connection, _LAST_BATCH) == batch_number
    if has_events:
        connection.execute(_LIST_EVENTS, parameters)
    connection.execute(_LIST_STUDENTS, parameters)
    connection.execute(_LIST_SCHOOL_DAYS, parameters)
    for table, column in _CLASSROOM.items():
        query = _LIST_CLASSROOM.format(table=table, date=column)
        connection.execute(query, {**parameters, "reason": ChangeReason.CLASSROOM.value})
    for table, reason in _UNBOUNDED.items():
        query = _LIST_EVERYTHING.format(table=table)
        connection.execute(query, {**parameters, "reason": reason.value})
    listed = f"select count(*) from loaded.changes where batch_number = {batch_number}"
    if not has_events and _number(connection, listed):
        connection.execute("insert into loaded.batches values (?, ?)", [batch_number, night])


def _number(connection: DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
