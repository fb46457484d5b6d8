"""Forms that people fill in: what is written as an example, and what is refused, and where."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pipelines.cli import commands
from pipelines.reference.classroom_csv import JudgedFile, Known, judge_file
from pipelines.reference.classroom_forms import EVIDENCE, FORMS, GOALS, SCALES, template
from pipelines.reference.classroom_rules import ClassroomRule

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ",".join(EVIDENCE.header)
GOOD = "r1,S1,6.RP,task,rubric,2026-09-14,2,4,1,"
KNOWN = Known({"S1": "key-1"}.get, {"6.RP": "ratio", "twice": None})


def judged(folder: Path, *rows: str, name: str = "evidence.csv") -> JudgedFile:
    """Judge a file with these rows below the header of its form."""
    form = FORMS[name.split("-", maxsplit=1)[0].removesuffix(".csv")]
    (folder / name).write_text("\n".join([",".join(form.header), *rows]), "utf-8")
    return judge_file(folder / name, KNOWN)


@pytest.mark.parametrize("name", FORMS)
def test_the_template_is_valid(tmp_path: Path, name: str) -> None:
    """What `plumbline template` writes is judged valid by `plumbline validate --classroom`."""
    written = CliRunner().invoke(commands, ["template", name])
    assert written.output == template(FORMS[name])
    file = tmp_path / f"{name}-2026.csv"
    file.write_text(written.output, "utf-8")
    said = CliRunner().invoke(commands, ["validate", "--classroom", str(tmp_path)])
    assert (said.exit_code, said.output) == (0, f"{file.name}: 1 rows, 0 refused\n")


@pytest.mark.parametrize("name", FORMS)
def test_every_column_is_described(name: str) -> None:
    """`--columns` says of each column whether it is required, and of a choice all its values."""
    said = CliRunner().invoke(commands, ["template", name, "--columns"]).output
    for column in FORMS[name].columns:
        assert column.name in said
        assert all(choice in said for choice in column.choices)


def test_a_good_row_is_read(tmp_path: Path) -> None:
    """Students and standards are looked up; numbers and dates are what they say."""
    (record,) = judged(tmp_path, GOOD).records
    assert (record.row, record.record_id) == (2, "r1")
    expected = ("key-1", "ratio", "task", "rubric", date(2026, 9, 14), 2.0, 4.0, 1.0, None)
    assert record.values == expected


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("r1,S1,6.RP,task", None, ClassroomRule.LENGTH),
        (GOOD.replace("r1", ""), "record_id", ClassroomRule.EMPTY),
        (GOOD.replace("r1", "one two"), "record_id", ClassroomRule.WORD),
        (GOOD.replace("S1", "S2"), "student_id", ClassroomRule.STUDENT),
        (GOOD.replace("6.RP", "7.RP"), "standard", ClassroomRule.STANDARD),
        (GOOD.replace("6.RP", "twice"), "standard", ClassroomRule.AMBIGUOUS),
        (GOOD.replace("task", "essay-of-s1"), "item_id", ClassroomRule.PERSON),
        (GOOD.replace("rubric", "guess"), "method", ClassroomRule.CHOICE),
        (GOOD.replace("2026-09-14", "14.9.2026"), "assessed_on", ClassroomRule.DATE),
        (GOOD.replace("2026-09-14", "2026-02-30"), "assessed_on", ClassroomRule.DATE),
        (GOOD.replace(",2,4", ",two,4"), "score", ClassroomRule.NUMBER),
        (GOOD.replace(",2,4", ",nan,4"), "score", ClassroomRule.NUMBER),
        (GOOD.replace(",2,4", ",2,"), "max_score", ClassroomRule.NO_SCALE),
        (GOOD.replace(",2,4,1", ",2,1,1"), "max_score", ClassroomRule.NO_SCALE),
        (GOOD.replace(",2,4", ",5,4"), "score", ClassroomRule.OUTSIDE),
        (GOOD.replace(",2,4", ",0,4"), "score", ClassroomRule.OUTSIDE),
    ],
)
def test_a_bad_row_is_refused_with_its_place(
    tmp_path: Path, row: str, column: str | None, rule: ClassroomRule
) -> None:
    """File, row, column and rule are told, the value is not; good rows beside it are read."""
    found = judged(tmp_path, GOOD.replace("r1", "r0"), row)
    (refusal,) = found.refusals
    assert (refusal.file_name, refusal.row) == ("evidence.csv", 3)
    assert (refusal.column, refusal.rule) == (column, rule)
    assert str(refusal).startswith("evidence.csv, row 3")
    assert [record.record_id for record in found.records] == ["r0"]


def test_goals_and_scales_have_rules_of_their_own(tmp_path: Path) -> None:
    """A goal is not due before it is set, and nothing is worth more than 1."""
    goal = judged(tmp_path, "g1,S1,,explore,student,2026-09-14,2026-09-13,", name="goals.csv")
    assert [each.rule for each in goal.refusals] == [ClassroomRule.ORDER]
    scale = judged(tmp_path, "s1,levels,3,1.5,2026-08-01", name="scales.csv")
    assert [each.column for each in scale.refusals] == ["outcome"]
    assert {GOALS.name, SCALES.name} < set(FORMS)


def test_one_name_stands_for_one_row_of_a_file(tmp_path: Path) -> None:
    """The same row again is a duplicate, another row of the same name is refused."""
    found = judged(tmp_path, GOOD, GOOD, GOOD.replace(",2,4", ",3,4"))
    assert (found.read, found.duplicate, len(found.records)) == (3, 1, 1)
    assert [(each.row, each.rule) for each in found.refusals] == [(4, ClassroomRule.TWICE)]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("marks.csv", HEADER.encode(), ClassroomRule.FORM),
        ("evidence.csv", b"", ClassroomRule.HEADER),
        ("evidence.csv", f"{HEADER},comment\n".encode(), ClassroomRule.HEADER),
        ("evidence.csv", b"\xff\xfe", ClassroomRule.CSV),
        ("evidence.csv", f'{HEADER}\n"unclosed'.encode(), ClassroomRule.CSV),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes, rule: ClassroomRule
) -> None:
    """A column beyond those of the form, such as a comment, is not read but refused."""
    (tmp_path / name).write_bytes(content)
    found = judge_file(tmp_path / name)
    assert not found.is_usable
    assert [each.rule for each in found.refusals] == [rule]
    said = CliRunner().invoke(commands, ["validate", "--classroom", str(tmp_path / name)])
    assert said.exit_code == 2
    assert rule.value in said.output


def test_refusals_are_told_to_machines(tmp_path: Path) -> None:
    """With `--format jsonl` each refused row is a document; exit code 1 says there are some."""
    (tmp_path / "evidence.csv").write_text(f"{HEADER}\n{GOOD.replace('r1', '')}\n", "utf-8")
    arguments = ["validate", "--classroom", str(tmp_path), "--format", "jsonl"]
    said = CliRunner().invoke(commands, arguments)
    assert said.exit_code == 1
    assert '"file":"evidence.csv","row":2' in said.output
    assert '"rule":"empty_value","column":"record_id"' in said.output
