"""No definition of a measure changes under the version that it had."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import CheckFailedError
from pipelines.resources import resource_path
from pipelines.warehouse.definitions import (
    PARAMETERS,
    VERSIONS,
    read_definitions,
    refuse_changed_definitions,
    refuse_changed_measures,
)

if TYPE_CHECKING:
    from pathlib import Path

DECAY = "mastery,1,decay,0.9,"


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """Give a copy of the parameters, to be changed."""
    file = tmp_path / "measure_parameters.csv"
    shutil.copyfile(resource_path(PARAMETERS), file)
    return file


def _change(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def test_the_shipped_measures_are_recorded() -> None:
    """Every measure is as its version was recorded."""
    refuse_changed_measures()


def test_a_changed_parameter_needs_a_new_version(parameters: Path) -> None:
    """Under its old version a changed value is refused, and the new hash is told."""
    _change(parameters, DECAY, "mastery,1,decay,0.8,")
    with pytest.raises(CheckFailedError, match=r"mastery version 1 \(hash [0-9a-f]{64}\)"):
        refuse_changed_definitions(parameters, resource_path(VERSIONS))


def test_a_new_version_must_be_recorded(parameters: Path, tmp_path: Path) -> None:
    """A new version is built once its hash is recorded."""
    _change(parameters, "mastery,1,", "mastery,2,")
    versions = resource_path(VERSIONS)
    with pytest.raises(CheckFailedError, match="mastery version 2"):
        refuse_changed_definitions(parameters, versions)
    new = next(each for each in read_definitions(parameters) if each.measure == "mastery")
    line = f'{{"measure": "mastery", "version": "2", "hash": "{new.hash}"}},'
    recorded = tmp_path / "versions.json"
    text = versions.read_text("utf-8")
    recorded.write_text(text.replace('"definitions": [', f'"definitions": [{line}'), "utf-8")
    refuse_changed_definitions(parameters, recorded)


def test_a_measure_has_one_version(parameters: Path) -> None:
    """Parameters of one measure cannot be of two versions."""
    _change(parameters, DECAY, "mastery,2,decay,0.9,")
    with pytest.raises(CheckFailedError, match="mastery has 2 versions: 1, 2"):
        read_definitions(parameters)


def test_a_removed_parameter_is_a_change(parameters: Path) -> None:
    """A definition is all its parameters."""
    lines = parameters.read_text("utf-8").splitlines(keepends=True)
    parameters.write_text("".join(line for line in lines if DECAY not in line), "utf-8")
    with pytest.raises(CheckFailedError, match='"decay" is a required property'):
        read_definitions(parameters)


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("mastery,1,secure_estimate_of_school_7,0.7,share,x", "secure_estimate_of_school_7"),
        ("mastery_of_group_a,1,decay,0.7,ratio,x", "mastery_of_group_a"),
        ("mastery,1,secure_estimate,0.7,share,x", "a parameter stands twice"),
    ],
)
def test_a_threshold_of_some_is_refused(parameters: Path, line: str, refused: str) -> None:
    """No student, group or school has a threshold of its own."""
    with parameters.open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    with pytest.raises(CheckFailedError, match=refused):
        read_definitions(parameters)


def test_a_column_for_some_is_refused(parameters: Path) -> None:
    """Nor can a column say for whom a parameter holds."""
    lines = parameters.read_text("utf-8").splitlines()
    lines = [f"{lines[0]},school_id", *(f"{line},7" for line in lines[1:])]
    parameters.write_text("\n".join(lines), "utf-8")
    with pytest.raises(CheckFailedError, match="other columns"):
        read_definitions(parameters)


@pytest.mark.parametrize("value", ["1.2", "0", "nan", "often"])
def test_a_value_out_of_range_is_refused(parameters: Path, value: str) -> None:
    """Each parameter has a range."""
    _change(parameters, DECAY, f"mastery,1,decay,{value},")
    with pytest.raises(CheckFailedError, match=r"mastery\.decay"):
        read_definitions(parameters)
