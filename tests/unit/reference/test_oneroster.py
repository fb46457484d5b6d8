"""A OneRoster set is read whole, and a fault is named by file, row and column."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import InputError
from pipelines.reference.oneroster import (
    Enrollment,
    Roster,
    School,
    Section,
    _grade_band,
    read_roster,
)
from tests.unit.examples import ROSTER, make_small_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AUTUMN = (date(2025, 9, 1), date(2025, 12, 19))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the rosters folder of the small home."""
    return make_small_home(tmp_path / "home").rosters


@pytest.fixture
def read_with(folder: Path) -> Callable[..., Roster]:
    """Give a function that changes one file and reads the roster."""

    def run(name: str, old: str, new: str) -> Roster:
        assert old in ROSTER[name]
        (folder / name).write_text(ROSTER[name].replace(old, new), encoding="utf-8")
        return read_roster(folder)

    return run


def test_the_roster_is_read(folder: Path) -> None:
    """Schools, sections with the dates of their terms, people and enrolments are read."""
    roster = read_roster(folder)
    assert roster.schools == (School("org-1", "North School"),)
    assert roster.sections == (Section("class-1", "org-1", "ALG1", "Algebra A", *AUTUMN),)
    assert [(each.sourced_id, each.is_student, each.grade_band) for each in roster.people] == [
        ("student-1", True, "6-8"),
        ("student-2", True, "6-8"),
        ("teacher-1", False, None),
    ]
    assert roster.enrollments == (
        Enrollment("student-1", "class-1", "student", *AUTUMN),
        Enrollment("student-2", "class-1", "student", date(2025, 10, 1), AUTUMN[1]),
        Enrollment("teacher-1", "class-1", "teacher", *AUTUMN),
    )


@pytest.mark.parametrize(
    ("grades", "band"),
    [
        ("IT", "K-2"),
        ("pk", "K-2"),
        ("KG", "K-2"),
        ("01", "K-2"),
        ("02", "K-2"),
        ("03", "3-5"),
        ("5", "3-5"),
        ("06", "6-8"),
        ("08", "6-8"),
        ("09", "9-12"),
        ("12", "9-12"),
        ("13", "9-12"),
        ("02,03", "3-5"),
        ("KG,01", "K-2"),
        ("PS", None),
        ("Other", None),
        ("14", None),
        ("", None),
    ],
)
def test_the_grade_band_is_that_of_the_highest_grade(grades: str, band: str | None) -> None:
    """CEDS grade levels fall into four bands; what is none of them has no band."""
    assert _grade_band(grades.split(",")) == band


@pytest.mark.parametrize("status", ["tobedeleted", "ToBeDeleted"])
def test_rows_to_be_deleted_are_left_out(read_with: Callable[..., Roster], status: str) -> None:
    """A row that the student information system has deleted is as good as absent."""
    roster = read_with("enrollments.csv", "enrol-2,active", f"enrol-2,{status}")
    assert [each.sourced_id for each in roster.enrollments] == ["student-1", "teacher-1"]


def test_only_schools_are_schools(read_with: Callable[..., Roster]) -> None:
    """Districts and departments are orgs too, but no schools."""
    assert read_with("orgs.csv", "North School,school", "District,district").schools == ()


def test_a_section_lasts_from_its_first_to_its_last_term(folder: Path) -> None:
    """A section of two terms begins with the earlier and ends with the later."""
    sessions = ROSTER["academicSessions.csv"] + "term-2,active,Spring,term,2026-01-05,2026-06-05,\n"
    (folder / "academicSessions.csv").write_text(sessions, encoding="utf-8")
    classes = ROSTER["classes.csv"].replace("org-1,term-1", 'org-1,"term-2, term-1"')
    (folder / "classes.csv").write_text(classes, encoding="utf-8")
    (section,) = read_roster(folder).sections
    assert (section.starts_on, section.ends_on) == (AUTUMN[0], date(2026, 6, 5))


def test_a_section_without_known_terms_has_no_dates(read_with: Callable[..., Roster]) -> None:
    """A term that is not in the set gives no date, and enrolments inherit none."""
    roster = read_with("classes.csv", "org-1,term-1", "org-1,term-9")
    assert (roster.sections[0].starts_on, roster.enrollments[0].ends_on) == (None, None)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte-order-mark"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_spreadsheet_exports_are_read(folder: Path, mark: str, line_end: str) -> None:
    """A byte order mark and Windows line ends make no difference."""
    plain = read_roster(folder)
    for name, text in ROSTER.items():
        content = (mark + text.replace("\n", line_end)).encode()
        (folder / name).write_bytes(content)
    assert read_roster(folder) == plain


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        pytest.param(
            *("users.csv", "student-2,active,ben", "student-2,active,"),
            r"users\.csv, row 3, column username: is empty",
            id="empty-value",
        ),
        pytest.param(
            *("academicSessions.csv", "2025-09-01", "01.09.2025"),
            r"academicSessions\.csv, row 2, column startDate: is no date",
            id="no-date",
        ),
        pytest.param(
            *("academicSessions.csv", "2025-12-19", ""),
            r"academicSessions\.csv, row 2, column startDate or endDate: is empty",
            id="session-without-end",
        ),
        pytest.param(
            *("enrollments.csv", "class-1,student-2", "class-9,student-2"),
            r"enrollments\.csv, row 3, column classSourcedId: names no class",
            id="unknown-class",
        ),
        pytest.param(
            *("enrollments.csv", "class-1,student-2", "class-1,student-9"),
            r"enrollments\.csv, row 3, column userSourcedId: names no user",
            id="unknown-user",
        ),
        pytest.param(
            *("users.csv", "Ada,Example", "Ada,Example, Jr."),
            r"users\.csv, row 2, .*more values than columns",
            id="a-comma-too-many",
        ),
        pytest.param(
            *("users.csv", "familyName,", ""),
            r"users\.csv lacks the column\(s\) familyName",
            id="missing-column",
        ),
    ],
)
def test_a_fault_is_named_by_file_row_and_column(
    read_with: Callable[..., Roster], name: str, old: str, *, new: str, problem: str
) -> None:
    """The message says where the fault is; the value may be personal and is not repeated."""
    with pytest.raises(InputError, match=problem) as caught:
        read_with(name, old, new)
    for value in ("Ada", "student-9", "01.09.2025"):
        assert value not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in ROSTER if name != "calendar.csv"])
def test_a_missing_file_is_told(folder: Path, name: str) -> None:
    """Every file that is needed is named where it is missing."""
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"there is no .*{name}"):
        read_roster(folder)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("sourcedId,name\nö".encode("latin-1"), "is not UTF-8", id="latin-1"),
        pytest.param(b'sourcedId,name,type\n"' + b"x" * 140_000, "is not CSV", id="open-quote"),
        pytest.param(b"", "lacks the column", id="empty"),
    ],
)
def test_a_file_of_another_kind_is_told(folder: Path, content: bytes, problem: str) -> None:
    """What cannot be read as CSV in UTF-8 is refused with what to do."""
    (folder / "orgs.csv").write_bytes(content)
    with pytest.raises(InputError, match=rf"orgs\.csv {problem}"):
        read_roster(folder)
