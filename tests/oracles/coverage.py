"""Coverage and roll-up the slow, obvious way, written from their definitions, not from the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tests.oracles.evidence import judge_evidence, standards_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from tests.oracles.values import District, Event


class Covered(NamedTuple):
    """What is known of a section and a standard."""

    parent_id: str | None
    students_enrolled: int
    students_with_evidence: int
    untagged_evidence_count: int


class FrameworkStandard(NamedTuple):
    """A standard's place in its framework."""

    parent_id: str | None
    framework_id: str
    education_levels: frozenset[str]
    succession: str


class Teaching(NamedTuple):
    """Which course a section belongs to, and where each standard stands."""

    courses: dict[str, str]
    standards: dict[str, FrameworkStandard]

    def levels_meet(self, assessed: str, other: str) -> bool:
        """Tell whether two standards are of one framework and education level."""
        one, two = self.standards[assessed], self.standards[other]
        return one.framework_id == two.framework_id and (
            not two.education_levels or bool(one.education_levels & two.education_levels)
        )

    def is_assessable(self, standard_id: str) -> bool:
        """Tell whether nothing lies below a standard and nothing took its place."""
        parents = {each.parent_id for each in self.standards.values()}
        return standard_id not in parents and (
            self.standards[standard_id].succession in {"current", "circular"}
        )


def read_teaching(connection: DuckDBPyConnection) -> Teaching:
    """Return what coverage needs besides the district."""
    courses = connection.execute(
        "select section_id, coalesce(course_code, section_id) from loaded.sections"
    ).fetchall()
    standards = connection.execute(
        "select standard_id, parent_id, framework_id, education_levels, succession"
        " from loaded.standards"
    ).fetchall()
    return Teaching(
        dict(courses),
        {
            key: FrameworkStandard(parent, framework, frozenset(levels), succession)
            for key, parent, framework, levels, succession in standards
        },
    )


def cover_standards(
    district: District, teaching: Teaching, events: Iterable[Event]
) -> dict[tuple[str, str], Covered]:
    """Return a row for each section and standard that its course is about or it has evidence of."""
    events = list(events)
    students = _students(district)
    known = defaultdict(set)
    for row in judge_evidence(district, events):
        if row.is_included:
            known[row.student_key].add(row.standard_id)
    untagged = _untagged(district, events)
    assessed = {
        section: {standard for student in enrolled for standard in known[student]}
        for section, enrolled in students.items()
    }
    return {
        (section, standard): Covered(
            teaching.standards[standard].parent_id,
            len(enrolled),
            sum(standard in known[student] for student in enrolled),
            sum(untagged[student] for student in enrolled),
        )
        for section, enrolled in students.items()
        for standard in assessed[section] | _of_course(teaching, section, assessed)
    }


def _students(district: District) -> dict[str, set[str]]:
    students = defaultdict(set)
    for enrollment in district.enrollments:
        if (enrollment.starts_on is None or enrollment.starts_on <= district.as_of_date) and (
            enrollment.ends_on is None or district.as_of_date < enrollment.ends_on
        ):
            students[enrollment.section_id].add(enrollment.student_key)
    return students


def _of_course(teaching: Teaching, section: str, assessed: dict[str, set[str]]) -> set[str]:
    peers = [each for each in assessed if teaching.courses[each] == teaching.courses[section]]
    of_peers = {standard for each in peers for standard in assessed[each]}
    return {
        standard
        for standard in teaching.standards
        if teaching.is_assessable(standard)
        and any(teaching.levels_meet(each, standard) for each in of_peers)
    }


def _untagged(district: District, events: list[Event]) -> Counter[str]:
    """Count the tries that would be included, did they belong to a standard."""
    items = {event.activity_id for event in events if event.activity_id}
    anything = replace(
        district, standards=(), alignments=tuple((item, "anything") for item in items)
    )
    return Counter(
        row.student_key
        for row in judge_evidence(anything, events)
        if row.is_included and not standards_of(district, row.event)
    )
