"""Write the district's people and classes as a OneRoster 1.2 bulk set, and its calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipelines.synth.identities import (
    DEMO_ACCOUNT,
    address_digest,
    enrolled_from,
    is_in_roster,
    private_address,
    record_in,
    second_record,
    sends_digest,
)
from pipelines.synth.school_year import SchoolYear, closing_minute, is_instructional
from pipelines.synth.tools import COURSEYARD_PERSON
from pipelines.synth.truth import write_csv
from pipelines.synth.values import Person, Population, Role, School, Section, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from pipelines.synth.world import World

DISTRICT_ORG_ID = "ORG-DISTRICT"
_YEAR_ID = "SES-YEAR"
_TERM_ID = "SES-FALL"
_BULK = ("academicSessions", "classes", "courses", "enrollments", "orgs", "roles", "users")
_ABSENT = (
    "categories",
    "classResources",
    "courseResources",
    "demographics",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "scoreScales",
    "userProfiles",
    "userResources",
)
# A bulk set leaves both empty: only a delta says what changed and when.
_UNCHANGED = ["", ""]


def write_roster(folder: Path, world: World) -> None:
    """Write every file of the set and calendar.csv beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    population, year = world.population, world.year
    _write_manifest(folder)
    _write_sessions(folder, year)
    _write_orgs(folder, population)
    _write_courses(folder)
    _write_classes(folder, population)
    _write_users(folder, population)
    _write_roles(folder, population, year)
    _write_enrollments(folder, population, year)
    _write_calendar(folder, population, year)
    _write_crosswalk(folder, population, year)


def course_id(subject: Subject, grade: int) -> str:
    """Return the sourcedId of a course."""
    return f"CRS-{subject.value[:4].upper()}-{grade}"


def _write_manifest(folder: Path) -> None:
    files = [[f"file.{name}", "bulk"] for name in _BULK]
    files += [[f"file.{name}", "absent"] for name in _ABSENT]
    rows = [["manifest.version", "1.0"], ["oneroster.version", "1.2"], *sorted(files)]
    rows += [["source.systemName", "Riverbend SIS"], ["source.systemCode", "riverbend-sis"]]
    write_csv(folder / "manifest.csv", ["propertyName", "value"], rows)


def _write(folder: Path, name: str, columns: list[str], rows: list[list[Any]]) -> None:
    head, *rest = columns
    full = [[row[0], *_UNCHANGED, *row[1:]] for row in rows]
    write_csv(folder / f"{name}.csv", [head, "status", "dateLastModified", *rest], full)


def _write_sessions(folder: Path, year: SchoolYear) -> None:
    ends = _end(year.ends_on)
    title = f"{year.starts_on.year}-{ends.year}"
    rows: list[list[Any]] = [
        [_YEAR_ID, title, "schoolYear", year.starts_on, ends, "", ends.year],
        [_TERM_ID, f"Term {title}", "term", year.starts_on, ends, _YEAR_ID, ends.year],
    ]
    rows += [
        [
            f"SES-GP{number}",
            period.title,
            "gradingPeriod",
            period.starts_on,
            _end(period.ends_on),
            _TERM_ID,
            ends.year,
        ]
        for number, period in enumerate(year.grading_periods, start=1)
    ]
    columns = [
        "sourcedId",
        "title",
        "type",
        "startDate",
        "endDate",
        "parentSourcedId",
        "schoolYear",
    ]
    _write(folder, "academicSessions", columns, rows)


def _write_orgs(folder: Path, population: Population) -> None:
    name = "Riverbend Unified School District"
    rows: list[list[Any]] = [[DISTRICT_ORG_ID, name, "district", "RB-0001", ""]]
    rows += [
        [school.school_id, school.name, "school", f"RB-1{school.number:03d}", DISTRICT_ORG_ID]
        for school in population.schools
    ]
    columns = ["sourcedId", "name", "type", "identifier", "parentSourcedId"]
    _write(folder, "orgs", columns, rows)


def _write_courses(folder: Path) -> None:
    rows: list[list[Any]] = [
        [
            course_id(subject, grade),
            _YEAR_ID,
            f"{subject.value.capitalize()} {grade}",
            f"{subject.value[:4].upper()}{grade}",
            f"{grade:02d}",
            DISTRICT_ORG_ID,
            subject.value.capitalize(),
            "",
        ]
        for subject in Subject
        for grade in (6, 7, 8)
    ]
    columns = ["sourcedId", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId"]
    _write(folder, "courses", [*columns, "subjects", "subjectCodes"], rows)


def _write_classes(folder: Path, population: Population) -> None:
    rows: list[list[Any]] = [
        [
            section.section_id,
            section.title,
            f"{section.grade:02d}",
            course_id(section.subject, section.grade),
            f"{section.section_id}-P{section.period}",
            "scheduled",
            f"Room {100 + section.number}",
            section.school_id,
            _TERM_ID,
            section.subject.value.capitalize(),
            "",
            str(section.period),
        ]
        for section in population.sections
    ]
    columns = ["sourcedId", "title", "grades", "courseSourcedId", "classCode", "classType"]
    columns += ["location", "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes"]
    _write(folder, "classes", [*columns, "periods"], rows)


def _write_users(folder: Path, population: Population) -> None:
    columns = ["sourcedId", "enabledUser", "username", "userIds", "givenName", "familyName"]
    columns += ["middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades"]
    columns += ["password", "userMasterIdentifier", "resourceSourcedIds", "preferredGivenName"]
    columns += ["preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"]
    _write(folder, "users", columns, [_user_row(person) for person in _listed(population)])


def _listed(population: Population) -> tuple[Person, ...]:
    """Return everybody whom the roster lists, some of them twice."""
    again = [second for person in population.learners if (second := second_record(person))]
    tests = [person for person in population.outsiders if is_in_roster(person)]
    return (*population.learners, *again, *population.teachers, *tests)


def _role(person: Person) -> Role:
    """Return what the roster says that somebody is."""
    return Role.TEACHER if person.role is Role.TEACHER else Role.STUDENT


def _user_row(person: Person) -> list[Any]:
    is_student = _role(person) is Role.STUDENT
    user_id = f"{{SSO:{person.sourced_id}}}"
    return [
        *[person.sourced_id, "true", person.username, user_id, person.given_name],
        *[person.family_name, "", person.identifier, person.email, "", "", ""],
        *[f"{person.grade:02d}" if is_student else "", "", person.identifier, "", "", "", ""],
        *[person.school_id, ""],
    ]


def _write_roles(folder: Path, population: Population, year: SchoolYear) -> None:
    rows: list[list[Any]] = [
        [
            f"ROL-{person.sourced_id}",
            person.sourced_id,
            "primary",
            _role(person).value,
            year.starts_on,
            _end(year.ends_on),
            person.school_id,
            "",
        ]
        for person in _listed(population)
    ]
    columns = ["sourcedId", "userSourcedId", "roleType", "role", "beginDate", "endDate"]
    _write(folder, "roles", [*columns, "orgSourcedId", "userProfileSourcedId"], rows)


def _write_enrollments(folder: Path, population: Population, year: SchoolYear) -> None:
    rows = [
        _enrollment_row(section, person, starts_on, year)
        for section in population.sections
        for person, starts_on in _enrolled(section, population, year)
    ]
    columns = ["sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"]
    _write(folder, "enrollments", [*columns, "primary", "beginDate", "endDate"], rows)


def _enrolled(
    section: Section, population: Population, year: SchoolYear
) -> Iterator[tuple[Person, date]]:
    """Yield by which record, and since when, everybody is in a class."""
    yield section.teacher, year.starts_on
    for learner in section.learners:
        record = record_in(section, learner, population)
        yield record, enrolled_from(section, learner, year=year)
    if section == population.sections[0]:
        yield from (
            (person, year.starts_on) for person in population.outsiders if is_in_roster(person)
        )


def _enrollment_row(
    section: Section, person: Person, starts_on: date, year: SchoolYear
) -> list[Any]:
    is_teacher = person.role is Role.TEACHER
    return [
        *[f"ENR-{section.section_id}-{person.sourced_id}", section.section_id, section.school_id],
        *[person.sourced_id, _role(person).value, "true" if is_teacher else "false"],
        *[starts_on, _end(year.ends_on)],
    ]


def _write_calendar(folder: Path, population: Population, year: SchoolYear) -> None:
    rows = [_calendar_row(school, when) for school in population.schools for when in year.dates()]
    columns = ["school_id", "date", "is_instructional", "opens_at", "closes_at"]
    write_csv(folder / "calendar.csv", columns, rows)


def _write_crosswalk(folder: Path, population: Population, year: SchoolYear) -> None:
    """Write what the district has looked at: who is listed twice, and whose some accounts are."""
    rows: list[list[str]] = []
    for learner in population.learners:
        if second := second_record(learner):
            rows.append(["roster", second.sourced_id, "student", learner.sourced_id])
        if address := private_address(learner):
            digest = ("mbox_sha1sum", address_digest(address))
            said = digest if sends_digest(learner) else ("mbox", address)
            rows.append([*said, "student", learner.sourced_id])
    rows += [
        ["iri", COURSEYARD_PERSON.format(person.identifier), "test_account", ""]
        for person in population.outsiders
        if person.username == DEMO_ACCOUNT
    ]
    columns = ["namespace", "identifier", "meaning", "sourced_id", "reviewed_by", "reviewed_on"]
    full = [[*row, "registrar", year.starts_on] for row in rows]
    write_csv(folder / "learner_crosswalk.csv", columns, full)


def _end(last: date) -> date:
    """Return what OneRoster calls the end: the first date without."""
    return last + timedelta(days=1)


def _calendar_row(school: School, when: date) -> list[Any]:
    if not is_instructional(when):
        return [school.school_id, when, "false", "", ""]
    opens, closes = _clock(school.opens_minute), _clock(closing_minute(school, when))
    return [school.school_id, when, "true", opens, closes]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
