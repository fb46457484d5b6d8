"""`plumbline validate --crosswalk` and `plumbline template crosswalk` work together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pipelines.cli import commands

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a crosswalk as the template begins it."""
    file = tmp_path / "learner_crosswalk.csv"
    file.write_text(_run("template", "crosswalk").stdout, encoding="utf-8")
    return file


def _add(file: Path, row: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"{row}\n")


def test_a_template_is_a_valid_crosswalk(file: Path) -> None:
    """It has the header and no row."""
    done = _run("validate", "--crosswalk", str(file))
    assert done.exit_code == 0
    assert done.stdout == "0 rows can be used; 0 cannot; it can be loaded\n"


def test_every_problem_has_its_place(file: Path) -> None:
    """File, row and column stand before the reason, for people and for machines."""
    _add(file, "mbox,ada.example,student,,r.viewer,2025-09-01")
    _add(file, "roster,student-2,student,student-1,r.viewer,2025-09-01")
    done = _run("validate", "--crosswalk", str(file))
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "learner_crosswalk.csv:2: invalid at identifier: must be an e-mail address",
        "learner_crosswalk.csv:2: invalid at sourced_id: is empty",
        "1 rows can be used; 1 cannot; it cannot be loaded",
    ]
    done = _run("validate", "--crosswalk", str(file), "--format", "jsonl")
    assert done.exit_code == 1
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["file"], each["row"], each["column"]) for each in documents] == [
        ("learner_crosswalk.csv", 2, "identifier"),
        ("learner_crosswalk.csv", 2, "sourced_id"),
    ]
    assert "ada.example" not in done.stdout


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    """What cannot be read is told on the other channel."""
    done = _run("validate", "--crosswalk", str(tmp_path / "none.csv"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "No such file" in done.stderr


def test_one_thing_is_validated_at_a_time(file: Path) -> None:
    """Files of events, a roster and a crosswalk are not judged together."""
    done = _run("validate", "--crosswalk", str(file), "events.ndjson")
    assert done.exit_code != 0
    assert done.stdout == ""
