"""Say of every row that differs why it does, from what loads wrote down between the two builds.

A row takes the reasons of the nearest that is known: its student's date; for evidence, earlier
dates of the student, which move later tries of an item; for minutes, the dates beside it, into
which they may reach; then the student. An estimate takes those of its evidence, a class those of
its students' estimates. What none of these reach follows from what all rows have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.changes.compare import CHANGED, SINCE, UNTIL, Mart
from pipelines.changes.outcome import Reason
from pipelines.warehouse.connection import WAREHOUSE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVIDENCE, ESTIMATES, CLASSES = (
    "learning.mastery_evidence",
    "learning.mastery",
    "learning.class_mastery",
)
# A mart that takes its reasons from another comes after it.
IN_ORDER = (EVIDENCE, ESTIMATES, CLASSES)
_ENROLLMENTS = "roster.enrollments"
_ROSTER = "roster."
_FRAMEWORK = "roster.standards"

_LIST_REASONS = f"""
create temp table listed_reasons as
with span as (
    select min(batch_number) as first_batch, max(batch_number) as last_batch
    from {WAREHOUSE}.loaded.builds
    where build_id in ($since, $until)
),

nights as (
    select
        batch_number,
        max(as_of_date) over (
            order by batch_number rows between unbounded preceding and 1 preceding
        ) as night_before
    from {WAREHOUSE}.loaded.batches
),

named as (
    select distinct
        changes.student_key,
        changes.activity_date,
        case
            when changes.reason not in ('new', 'late') then changes.reason
            when changes.activity_date < nights.night_before then '{Reason.LATE_EVENT}'
            else '{Reason.NEW_EVENT}'
        end as reason
    from {WAREHOUSE}.loaded.changes as changes
    inner join nights using (batch_number)
    cross join span
    where changes.batch_number > span.first_batch and changes.batch_number <= span.last_batch
),

said_again as (
    select student_key, activity_date
    from named
    group by all
    having bool_or(reason = 'voided')
        and bool_or(reason in ('{Reason.LATE_EVENT}', '{Reason.NEW_EVENT}'))
)

select distinct
    named.student_key,
    named.activity_date,
    case
        when said_again.student_key is not null
            and named.reason in ('voided', '{Reason.LATE_EVENT}', '{Reason.NEW_EVENT}')
            then '{Reason.CORRECTION}'
        when named.reason = 'voided' then '{Reason.VOID}'
        when named.reason = 'rematched' then '{Reason.ROSTER}'
        else named.reason
    end as reason
from named
left join said_again using (student_key, activity_date)
"""
_ROW_REASONS = "create or replace temp table row_reasons (number bigint, reason varchar)"
_PAIR_REASONS = (
    "create temp table pair_reasons (student_key varchar, standard_id varchar, reason varchar)"
)
_TAKE = """
insert into row_reasons
select distinct number, reason from ({level}) where number not in (select number from row_reasons)
"""
_REST = f"""
insert into row_reasons
select number, ? from {CHANGED} where number not in (select number from row_reasons)
"""
_IN_SECTIONS = f"""
with enrolled as (
    select student_key, section_id from {SINCE}.{_ENROLLMENTS}
    union
    select student_key, section_id from {UNTIL}.{_ENROLLMENTS}
),

moved as (
    (from {SINCE}.{_ENROLLMENTS} select * exclude (build_id)
    except from {UNTIL}.{_ENROLLMENTS} select * exclude (build_id))
    union
    (from {UNTIL}.{_ENROLLMENTS} select * exclude (build_id)
    except from {SINCE}.{_ENROLLMENTS} select * exclude (build_id))
)
"""
_OF_CLASSES = f"""
{_IN_SECTIONS}
select rows.number, pair_reasons.reason
from {CHANGED} as rows
inner join enrolled using (section_id)
inner join pair_reasons using (student_key, standard_id)
union
select rows.number, '{Reason.ROSTER}' from {CHANGED} as rows semi join moved using (section_id)
"""
# What counts several standards of a section: any evidence of its students may be behind it.
_OF_SECTIONS = f"""
{_IN_SECTIONS}
select rows.number, listed_reasons.reason
from {CHANGED} as rows
inner join enrolled using (section_id)
inner join listed_reasons using (student_key)
union
select rows.number, '{Reason.ROSTER}' from {CHANGED} as rows semi join moved using (section_id)
"""
_BY_SECTION = {
    CLASSES: _OF_CLASSES,
    "learning.class_rollup": _OF_SECTIONS,
    "learning.standard_coverage": _OF_SECTIONS,
}


class Recorded(NamedTuple):
    """What is known of both builds together, apart from single students.

    `is_known` says whether the warehouse remembers both builds at all.
    """

    is_known: bool
    is_of_other_date: bool
    is_of_other_definitions: bool


def read_recorded(connection: DuckDBPyConnection, since: str, until: str) -> Recorded:
    """Put what loads wrote down between two builds beside the attached builds."""
    row = connection.execute(
        "select count(*), count(distinct as_of_date), count(distinct definitions_hash)"
        f" from {WAREHOUSE}.loaded.builds where build_id in (?, ?)",
        [since, until],
    ).fetchone()
    known, dates, definitions = row or (0, 0, 0)
    connection.execute(_LIST_REASONS, {"since": since, "until": until})
    connection.execute(_PAIR_REASONS)
    return Recorded(known == len({since, until}), dates > 1, definitions > 1)


def attribute(
    connection: DuckDBPyConnection, mart: Mart, recorded: Recorded, *, has_new_version: bool
) -> None:
    """Write into `row_reasons` why each of the rows that differ does; at least one reason each."""
    connection.execute(_ROW_REASONS)
    if recorded.is_known:
        for level in _levels(mart):
            connection.execute(_TAKE.format(level=level))
    connection.execute(_REST, [_common_reason(connection, recorded)])
    if has_new_version:
        connection.execute(
            f"insert into row_reasons select number, '{Reason.DEFINITION}' from {CHANGED}"
        )
    if mart.name in (EVIDENCE, ESTIMATES):
        connection.execute(
            "insert into pair_reasons select distinct student_key, standard_id, reason"
            f" from {CHANGED} inner join row_reasons using (number)"
        )


def _levels(mart: Mart) -> list[str]:
    """Return queries for row and reason, the nearest first; the first that finds any holds."""
    if mart.name.startswith(_ROSTER):
        reason = Reason.STANDARDS if mart.name == _FRAMEWORK else Reason.ROSTER
        return [f"select number, '{reason}' as reason from {CHANGED}"]
    if mart.name in _BY_SECTION:
        return [_BY_SECTION[mart.name]]
    if mart.name == ESTIMATES:
        pairs = "inner join pair_reasons using (student_key, standard_id)"
        return [f"select number, reason from {CHANGED} {pairs}"]
    if "student_key" not in mart.columns:
        return []
    by_student = (
        f"select number, reason from {CHANGED} inner join listed_reasons using (student_key)"
    )
    if mart.date_column is None:
        return [by_student]
    return [*_levels_of_dates(mart.name, f"{CHANGED}.{mart.date_column}"), by_student]


def _levels_of_dates(mart: str, date: str) -> list[str]:
    listed = "listed_reasons.activity_date"
    near = (
        f"{listed} <= {date}"
        if mart == EVIDENCE
        else f"abs(date_diff('day', {listed}, {date})) <= 1"
    )
    query = f"select number, reason from {CHANGED} inner join listed_reasons on"
    of_student = f"{CHANGED}.student_key = listed_reasons.student_key"
    of_all = "listed_reasons.student_key is null"
    same = f"{listed} = {date}"
    on_the_date = f"{query} {of_student} and {same} union {query} {of_all} and {same}"
    return [on_the_date, f"{query} {of_student} and {near}"]


def _common_reason(connection: DuckDBPyConnection, recorded: Recorded) -> Reason:
    """Return why rows differ of which no student or date is listed."""
    if not recorded.is_known:
        return Reason.UNEXPLAINED
    if recorded.is_of_other_definitions:
        return Reason.DEFINITION
    rows = connection.execute(
        "select distinct reason, student_key is null and activity_date is null from listed_reasons"
    ).fetchall()
    of_all = {reason for reason, is_of_all in rows if is_of_all}
    for reason in (Reason.SETTINGS, Reason.STANDARDS, Reason.CALENDAR, Reason.CLASSROOM):
        if reason in of_all:
            return reason
    if recorded.is_of_other_date:
        return Reason.DATE
    return Reason.COMMON_REFERENCE if rows else Reason.UNEXPLAINED
