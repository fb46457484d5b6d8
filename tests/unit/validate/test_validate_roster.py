"""`plumbline validate --roster` names every violation, for people and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pipelines.cli import commands
from tests.unit.rosters import roster_rows, write_roster

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def _validate(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["validate", *arguments])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Give a set with an enrolment of nobody and a boolean in the wrong case."""
    rows = roster_rows()
    rows["enrollments"][1]["userSourcedId"] = "nobody"
    rows["users"][0]["enabledUser"] = "True"
    return write_roster(tmp_path / "set", rows)


def test_a_valid_set_ends_with_0(tmp_path: Path) -> None:
    """Nothing is said of its rows but how many they are."""
    done = _validate("--roster", str(write_roster(tmp_path / "set", roster_rows())))
    assert done.exit_code == 0
    assert done.stdout == "15 rows; 0 rows and files are invalid; it can be loaded\n"


def test_text_says_place_rule_and_effect(broken: Path) -> None:
    """File and row, then the rule, the column, what is expected, and what is done about it."""
    done = _validate("--roster", str(broken))
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "enrollments.csv:3: invalid (oneroster 1.2)",
        "  error oneroster.reference.missing at userSourcedId",
        "    expected the sourcedId of a row of users.csv that can be used; the row is left out",
        "    see: OneRoster CSV Binding, table of the file",
    ]
    assert "15 rows; 2 rows and files are invalid; it can be loaded" in lines
    assert "nobody" not in done.stdout


def test_json_has_a_line_for_each_row(broken: Path) -> None:
    """Each line is one object with the place, and errors apart from warnings."""
    done = _validate("--roster", str(broken), "--format", "jsonl")
    assert done.exit_code == 1
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["file"], each["row"], each["valid"]) for each in documents] == [
        ("enrollments.csv", 3, False),
        ("users.csv", 2, False),
    ]
    (error,) = documents[1]["errors"]
    assert (error["rule"], error["column"], error["effect"]) == (
        "oneroster.value.enumeration-case",
        "enabledUser",
        "none",
    )


def test_what_cannot_be_loaded_ends_with_2(tmp_path: Path) -> None:
    """A set without its manifest, and a path that leads nowhere."""
    folder = write_roster(tmp_path / "set", roster_rows())
    (folder / "manifest.csv").unlink()
    done = _validate("--roster", str(folder))
    assert done.exit_code == 2
    assert "oneroster.manifest.missing" in done.stdout
    assert _validate("--roster", str(tmp_path / "nowhere")).exit_code == 2


def test_files_and_a_roster_are_not_judged_together(broken: Path) -> None:
    """One or the other is asked for."""
    assert _validate("--roster", str(broken), "events.ndjson").exit_code != 0
    assert _validate().exit_code != 0
