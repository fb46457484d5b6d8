"""A crosswalk is read whole or not at all, and every error has its row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import InputError
from pipelines.reference.crosswalk import (
    COLUMNS,
    CrosswalkRow,
    Meaning,
    judge_crosswalk,
    read_crosswalk,
)

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ",".join(COLUMNS)
GOOD = "https://sso.example,ada.example,student,student-1,r.viewer,2025-09-01"


def _write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "learner_crosswalk.csv"
    file.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return file


def test_rows_are_read(tmp_path: Path) -> None:
    """Identifiers are written as those of events are; spaces and the order of columns are free."""
    header = ",".join(reversed(COLUMNS))
    lines = [
        "2025-09-01,r.viewer, student-1 ,student,Mailto:Ada@X.example,mbox".replace("M", "m", 1),
        "2025-09-01,r.viewer,,test_account,https://x.example/demo,iri",
        "",
        "2025-09-01,r.viewer,student-1,student,student-9,roster",
        f"2025-09-01,r.viewer,,staff,{'AB' * 20},mbox_sha1sum",
    ]
    assert read_crosswalk(_write(tmp_path, *lines, header=header)) == (
        CrosswalkRow("mbox", "ada@x.example", Meaning.STUDENT, "student-1"),
        CrosswalkRow("iri", "https://x.example/demo", Meaning.TEST_ACCOUNT, None),
        CrosswalkRow("roster", "student-9", Meaning.STUDENT, "student-1"),
        CrosswalkRow("mbox_sha1sum", "ab" * 20, Meaning.STAFF, None),
    )


def test_a_crosswalk_may_be_missing(tmp_path: Path) -> None:
    """A district without one says nothing by it."""
    assert read_crosswalk(tmp_path / "learner_crosswalk.csv") == ()


@pytest.mark.parametrize(
    ("line", "column"),
    [
        pytest.param(",a,staff,,r,2025-09-01", "namespace", id="no-namespace"),
        pytest.param("s,,staff,,r,2025-09-01", "identifier", id="no-identifier"),
        pytest.param("s,a,,,r,2025-09-01", "meaning", id="no-meaning"),
        pytest.param("s,a,teacher,,r,2025-09-01", "meaning", id="another-meaning"),
        pytest.param("s,a,student,,r,2025-09-01", "sourced_id", id="no-student"),
        pytest.param("s,a,staff,student-1,r,2025-09-01", "sourced_id", id="staff-and-student"),
        pytest.param("s,a,staff,,,2025-09-01", "reviewed_by", id="no-reviewer"),
        pytest.param("s,a,staff,,r,", "reviewed_on", id="not-reviewed"),
        pytest.param("s,a,staff,,r,1.9.2025", "reviewed_on", id="another-form"),
        pytest.param("s,a,staff,,r,2025-02-30", "reviewed_on", id="no-such-day"),
        pytest.param("mbox,a,staff,,r,2025-09-01", "identifier", id="no-address"),
        pytest.param("mbox_sha1sum,a,staff,,r,2025-09-01", "identifier", id="no-digest"),
        pytest.param("openid,a,staff,,r,2025-09-01", "identifier", id="no-openid"),
        pytest.param("iri,a,staff,,r,2025-09-01", "identifier", id="no-iri"),
        pytest.param("s,a,staff,,r", "", id="too-short"),
        pytest.param("s,a,staff,,r,2025-09-01,x", "", id="too-long"),
        pytest.param(GOOD, "identifier", id="said-twice"),
        pytest.param("roster,b,student,b,r,2025-09-01", "sourced_id", id="merged-into-itself"),
    ],
)
def test_a_row_that_is_wrong_says_where(tmp_path: Path, line: str, column: str) -> None:
    """Row and column are named, the values are not, and the other rows are judged all the same."""
    file = _write(tmp_path, GOOD, line)
    judged = judge_crosswalk(file)
    assert [(each.row, each.column) for each in judged.problems] == [(3, column)]
    assert CrosswalkRow("https://sso.example", "ada.example", Meaning.STUDENT, "student-1") in (
        judged.rows
    )
    place = "row 3" + (f", column {column}" if column else "")
    with pytest.raises(InputError, match=place) as raised:
        read_crosswalk(file)
    assert "ada.example" not in str(raised.value)


def test_a_merge_names_the_student_who_remains(tmp_path: Path) -> None:
    """Of three who are one, two are merged into the third; chains and circles are refused."""
    lines = (
        "roster,b,student,a,r,2025-09-01",
        "roster,c,student,b,r,2025-09-01",
        "s,x,student,b,r,2025-09-01",
    )
    problems = judge_crosswalk(_write(tmp_path, *lines)).problems
    assert [(each.row, each.column) for each in problems] == [
        (3, "sourced_id"),
        (4, "sourced_id"),
    ]
    assert judge_crosswalk(
        _write(tmp_path, "roster,a,student,b,r,2025-09-01", "roster,b,student,a,r,2025-09-01")
    ).problems


@pytest.mark.parametrize(
    ("content", "row"),
    [
        pytest.param(b"namespace,identifier\n", 1, id="columns-missing"),
        pytest.param(f"{HEADER},note\n".encode(), 1, id="a-column-too-many"),
        pytest.param(b"", 1, id="empty"),
        pytest.param(HEADER.encode() + b"\ns,\xff,staff,,r,2025-09-01\n", 1, id="not-utf-8"),
        pytest.param(HEADER.encode() + b'\ns,"a,staff,,r,2025-09-01\n', 1, id="open-quote"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, row: int) -> None:
    """Nothing is used of a file that is not what it should be."""
    file = tmp_path / "learner_crosswalk.csv"
    file.write_bytes(content)
    judged = judge_crosswalk(file)
    assert [each.row for each in judged.problems] == [row]
    assert judged.rows == ()
