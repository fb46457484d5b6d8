"""Read a OneRoster 1.2 CSV bulk set: who is enrolled where, and when.

Rows whose status is tobedeleted are left out (OneRoster 1.2 CSV Binding, 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.tables import CsvRow, read_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

_TO_BE_DELETED = "tobedeleted"
STUDENT = "student"
_GRADE_BANDS = (
    ("K-2", range(3)),
    ("3-5", range(3, 6)),
    ("6-8", range(6, 9)),
    ("9-12", range(9, 14)),
)
_EARLY_GRADES = frozenset({"IT", "PR", "PK", "TK", "KG"})


class School(NamedTuple):
    """An org of type school."""

    school_id: str
    name: str


class AcademicSession(NamedTuple):
    """A school year, term, semester or grading period."""

    academic_session_id: str
    title: str
    type: str
    starts_on: date
    ends_on: date
    parent_id: str | None


class Section(NamedTuple):
    """A class in OneRoster's words; it lasts as long as its terms."""

    section_id: str
    school_id: str
    course_code: str | None
    title: str
    starts_on: date | None
    ends_on: date | None


class Person(NamedTuple):
    """A user with what is needed to recognise and to name them; never leaves the identity step."""

    sourced_id: str
    username: str
    identifier: str | None
    email: str | None
    given_name: str
    family_name: str
    is_student: bool
    grade_band: str | None
    school_id: str | None


class Enrollment(NamedTuple):
    """A person in a section; without dates of its own it lasts as long as the section."""

    sourced_id: str
    section_id: str
    role: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything that is read of a OneRoster set."""

    schools: tuple[School, ...]
    academic_sessions: tuple[AcademicSession, ...]
    sections: tuple[Section, ...]
    people: tuple[Person, ...]
    enrollments: tuple[Enrollment, ...]


def read_roster(folder: Path) -> Roster:
    """Return the roster of a folder; raise InputError naming file, row and column."""
    sessions = tuple(_sessions(folder))
    sections = tuple(_sections(folder, {each.academic_session_id: each for each in sessions}))
    people = tuple(_people(folder, _student_ids(folder)))
    return Roster(
        schools=tuple(_schools(folder)),
        academic_sessions=sessions,
        sections=sections,
        people=people,
        enrollments=tuple(
            _enrollments(
                folder,
                {each.section_id: each for each in sections},
                {each.sourced_id for each in people},
            )
        ),
    )


def _active(folder: Path, name: str, required: tuple[str, ...]) -> Iterator[CsvRow]:
    for row in read_csv(folder / name, ("sourcedId", *required)):
        if (row.optional("status") or "").lower() != _TO_BE_DELETED:
            yield row


def _schools(folder: Path) -> Iterator[School]:
    for row in _active(folder, "orgs.csv", ("name", "type")):
        if row.text("type") == "school":
            yield School(row.text("sourcedId"), row.text("name"))


def _sessions(folder: Path) -> Iterator[AcademicSession]:
    for row in _active(folder, "academicSessions.csv", ("title", "type", "startDate", "endDate")):
        starts_on, ends_on = row.date("startDate"), row.date("endDate")
        if starts_on is None or ends_on is None:
            raise row.error("startDate or endDate", "is empty")
        yield AcademicSession(
            row.text("sourcedId"),
            row.text("title"),
            row.text("type"),
            starts_on,
            ends_on,
            row.optional("parentSourcedId"),
        )


def _sections(folder: Path, sessions: dict[str, AcademicSession]) -> Iterator[Section]:
    codes = {
        row.text("sourcedId"): row.optional("courseCode")
        for row in _active(folder, "courses.csv", ("title",))
    }
    for row in _active(
        folder, "classes.csv", ("title", "courseSourcedId", "schoolSourcedId", "termSourcedIds")
    ):
        terms = [sessions[term] for term in row.each("termSourcedIds") if term in sessions]
        yield Section(
            row.text("sourcedId"),
            row.text("schoolSourcedId"),
            codes.get(row.text("courseSourcedId")),
            row.text("title"),
            min((term.starts_on for term in terms), default=None),
            max((term.ends_on for term in terms), default=None),
        )


def _student_ids(folder: Path) -> set[str]:
    return {
        row.text("userSourcedId")
        for row in _active(folder, "roles.csv", ("userSourcedId", "role"))
        if row.text("role") == STUDENT
    }


def _people(folder: Path, student_ids: set[str]) -> Iterator[Person]:
    required = ("username", "givenName", "familyName", "grades", "primaryOrgSourcedId")
    for row in _active(folder, "users.csv", required):
        sourced_id = row.text("sourcedId")
        yield Person(
            sourced_id,
            row.text("username"),
            row.optional("identifier"),
            row.optional("email"),
            row.text("givenName"),
            row.text("familyName"),
            sourced_id in student_ids,
            _grade_band(row.each("grades")),
            row.optional("primaryOrgSourcedId"),
        )


def _enrollments(
    folder: Path, sections: dict[str, Section], people: set[str]
) -> Iterator[Enrollment]:
    for row in _active(folder, "enrollments.csv", ("classSourcedId", "userSourcedId", "role")):
        section = sections.get(row.text("classSourcedId"))
        if section is None:
            raise row.error("classSourcedId", "names no class of classes.csv")
        if row.text("userSourcedId") not in people:
            raise row.error("userSourcedId", "names no user of users.csv")
        yield Enrollment(
            row.text("userSourcedId"),
            section.section_id,
            row.text("role"),
            row.date("beginDate") or section.starts_on,
            row.date("endDate") or section.ends_on,
        )


def _grade_band(grades: Iterable[str]) -> str | None:
    """Return the band of the highest grade (CEDS codes, as OneRoster asks)."""
    codes = [grade.upper() for grade in grades]
    numbers = [int(code) for code in codes if code.isdecimal()]
    numbers += [0 for code in codes if code in _EARLY_GRADES]
    if not numbers:
        return None
    return next((band for band, span in _GRADE_BANDS if max(numbers) in span), None)
