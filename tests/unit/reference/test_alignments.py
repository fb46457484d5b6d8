"""Two CSV files say which standards activities and vendors' skills belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import InputError
from pipelines.reference.alignments import Relation, read_alignments, read_skills

if TYPE_CHECKING:
    from pathlib import Path

STANDARDS = {"ratio": "ratio", "https://case.example/CFItems/ratio": "ratio", "area": "area"}


def _write(folder: Path, name: str, header: str, *rows: str) -> Path:
    (folder / name).write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return folder


def test_alignments_name_a_standard_by_identifier_or_uri(tmp_path: Path) -> None:
    """An activity may have several standards, and a standard several activities."""
    rows = ("i-1,ratio", "i-1,area", "i-2,https://case.example/CFItems/ratio")
    folder = _write(tmp_path, "alignment.csv", "activity_id,standard", *rows)
    found = read_alignments(folder, STANDARDS)
    assert found == (("i-1", "ratio"), ("i-1", "area"), ("i-2", "ratio"))


def test_skills_have_a_relation(tmp_path: Path) -> None:
    """Each of the three words is read."""
    rows = ("s-1,exact,ratio", "s-2,narrower,ratio", "s-3,broader,area")
    folder = _write(tmp_path, "skill_crosswalk.csv", "skill,relation,standard", *rows)
    assert [each.relation for each in read_skills(folder, STANDARDS)] == list(Relation)


def test_a_district_needs_neither(tmp_path: Path) -> None:
    """Without the files nothing is mapped."""
    assert read_alignments(tmp_path, STANDARDS) == ()
    assert read_skills(tmp_path, STANDARDS) == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param("s-2,exact,", "row 3, column standard: is empty", id="no-standard"),
        pytest.param("s-2,exact,gone", "row 3, column standard: no CASE package", id="unknown"),
        pytest.param(",exact,ratio", "row 3, column skill: is empty", id="no-skill"),
        pytest.param("s-2,wider,ratio", "row 3, column relation: must be exact", id="relation"),
        pytest.param("s-1,narrower,ratio", "row 3, column skill: the same as row 2", id="twice"),
        pytest.param("s-2,exact,ratio,more", "row 3, column .*more values", id="too-long"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, row: str, problem: str) -> None:
    """The message names the file, the row as a spreadsheet counts it, and the column."""
    folder = _write(
        tmp_path, "skill_crosswalk.csv", "skill,relation,standard", "s-1,exact,ratio", row
    )
    with pytest.raises(InputError, match=rf"skill_crosswalk\.csv.*{problem}"):
        read_skills(folder, STANDARDS)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to mend a file row by row."""
    rows = [f",gone-{number}" for number in range(15)]
    folder = _write(tmp_path, "alignment.csv", "activity_id,standard", *rows)
    with pytest.raises(InputError, match=r"row 2, column standard") as caught:
        read_alignments(folder, STANDARDS)
    assert "row 8, column activity_id" in str(caught.value)
    assert "and 10 more" in str(caught.value)


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    """A file of another kind is refused."""
    folder = _write(tmp_path, "alignment.csv", "activity,standard", "i-1,ratio")
    with pytest.raises(InputError, match=r"lacks the column\(s\) activity_id"):
        read_alignments(folder, STANDARDS)
