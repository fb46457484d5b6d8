"""The roster is a consistent OneRoster 1.2 bulk set, and the calendar covers the year."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pipelines.synth import SyntheticDistrict

    Tables = dict[str, list[dict[str, str]]]

REFERENCES = [
    ("academicSessions", "parentSourcedId", "academicSessions"),
    ("orgs", "parentSourcedId", "orgs"),
    ("courses", "schoolYearSourcedId", "academicSessions"),
    ("courses", "orgSourcedId", "orgs"),
    ("classes", "courseSourcedId", "courses"),
    ("classes", "schoolSourcedId", "orgs"),
    ("classes", "termSourcedIds", "academicSessions"),
    ("users", "primaryOrgSourcedId", "orgs"),
    ("roles", "userSourcedId", "users"),
    ("roles", "orgSourcedId", "orgs"),
    ("enrollments", "classSourcedId", "classes"),
    ("enrollments", "schoolSourcedId", "orgs"),
    ("enrollments", "userSourcedId", "users"),
]


@pytest.mark.parametrize(("table", "column", "target"), REFERENCES)
def test_references_lead_somewhere(rosters: Tables, table: str, column: str, target: str) -> None:
    """Every sourcedId that a table names exists."""
    ids = {row["sourcedId"] for row in rosters[target]}
    assert {row[column] for row in rosters[table]} - {""} <= ids


@pytest.mark.parametrize(
    "table", ["academicSessions", "orgs", "courses", "classes", "users", "roles", "enrollments"]
)
def test_a_bulk_set_has_unique_ids_and_no_changes(rosters: Tables, table: str) -> None:
    """Ids are unique; status and dateLastModified belong to deltas and stay empty."""
    rows = rosters[table]
    assert len({row["sourcedId"] for row in rows}) == len(rows) > 0
    assert {row["status"] + row["dateLastModified"] for row in rows} == {""}


def test_the_manifest_names_exactly_the_files(rosters: Tables) -> None:
    """Bulk files are there, absent ones are not; calendar and crosswalk are no part of the set."""
    manifest = {row["propertyName"]: row["value"] for row in rosters["manifest"]}
    files = {
        name.removeprefix("file."): value for name, value in manifest.items() if "file." in name
    }
    bulk = {name for name, value in files.items() if value == "bulk"}
    assert bulk == set(rosters) - {"manifest", "calendar", "learner_crosswalk"}
    assert set(files.values()) == {"bulk", "absent"}
    assert manifest["oneroster.version"] == "1.2"


def test_everybody_has_a_class_and_is_in_one_room_at_a_time(rosters: Tables) -> None:
    """Each learner has two classes in different periods, under both records of one listed twice.

    Each class has a teacher.
    """
    merged = {
        row["identifier"]: row["sourced_id"]
        for row in rosters["learner_crosswalk"]
        if row["namespace"] == "roster"
    }
    assert merged
    period = {row["sourcedId"]: row["periods"] for row in rosters["classes"]}
    rooms = Counter(
        (merged.get(row["userSourcedId"], row["userSourcedId"]), period[row["classSourcedId"]])
        for row in rosters["enrollments"]
        if row["role"] == "student" and not row["userSourcedId"].startswith("EXT-")
    )
    assert set(rooms.values()) == {1}
    students = {row["userSourcedId"] for row in rosters["roles"] if row["role"] == "student"}
    students = {each for each in students if each not in merged and not each.startswith("EXT-")}
    assert {learner for learner, _ in rooms} == students
    assert len(rooms) == 2 * len(students)
    taught = {row["classSourcedId"] for row in rosters["enrollments"] if row["role"] == "teacher"}
    assert taught == set(period)


def test_a_grading_period_ends_amid_the_days(rosters: Tables, district: SyntheticDistrict) -> None:
    """Grading periods follow each other without gap, and one begins amid the days with events."""
    periods = [row for row in rosters["academicSessions"] if row["type"] == "gradingPeriod"]
    for earlier, later in pairwise(periods):
        gap = date.fromisoformat(later["startDate"]) - date.fromisoformat(earlier["endDate"])
        assert gap.days == 0
    begins = [date.fromisoformat(row["startDate"]) for row in periods]
    assert [day for day in begins if district.first_school_date < day < district.last_school_date]


def test_the_calendar_covers_every_date_of_every_school(
    rosters: Tables, district: SyntheticDistrict
) -> None:
    """Each school has each date of the year once; lessons have bells; Labor Day has none."""
    rows = rosters["calendar"]
    schools = {row["school_id"] for row in rows}
    assert schools == {row["sourcedId"] for row in rosters["orgs"] if row["type"] == "school"}
    dates = {row["date"] for row in rows}
    year = next(row for row in rosters["academicSessions"] if row["type"] == "schoolYear")
    first, last = date.fromisoformat(year["startDate"]), date.fromisoformat(year["endDate"])
    assert len(dates) == (last - first).days
    assert len(rows) == len(schools) * len(dates)
    for row in rows:
        has_bells = bool(row["opens_at"]) and row["opens_at"] < row["closes_at"]
        assert has_bells == (row["is_instructional"] == "true")
    closed = {row["date"] for row in rows if row["is_instructional"] == "false"}
    assert {"2026-09-07", "2026-11-26", "2026-09-05"} <= closed
    assert str(district.last_school_date) not in closed
