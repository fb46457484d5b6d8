"""The definitions of the measures are one number each, for everybody, within their range."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import ConfigurationError
from pipelines.home import Home
from pipelines.measures import SHIPPED, definitions_of, read_definitions, shipped_versions
from pipelines.report.measures import describe_definitions
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from pathlib import Path

DECAY = "decay = 0.9\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give a district's own file: a copy of the shipped one, to be changed."""
    file = tmp_path / "measures.toml"
    shutil.copyfile(resource_path(SHIPPED), file)
    return file


def _change(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def test_a_home_without_definitions_has_the_shipped_ones(tmp_path: Path) -> None:
    """Without measures.toml the shipped file is the truth."""
    definitions = definitions_of(Home(tmp_path))
    assert definitions == read_definitions(resource_path(SHIPPED))


def test_a_home_has_its_own_definitions(own: Path) -> None:
    """A district's measures.toml is the truth, and its hash another."""
    shipped = {each.measure: each for each in read_definitions(resource_path(SHIPPED)).measures}
    _change(own, 'version = "1"\ndecay = 0.9', 'version = "riverbend-1"\ndecay = 0.8')
    definitions = definitions_of(Home(own.parent))
    assert definitions.file == own
    mastery = next(each for each in definitions.measures if each.measure == "mastery")
    assert (mastery.version, mastery.parameters["decay"]) == ("riverbend-1", 0.8)
    assert mastery.hash != shipped["mastery"].hash
    others = [each for each in definitions.measures if each.measure != "mastery"]
    assert others == [shipped[each.measure] for each in others]


def test_a_number_is_the_same_however_it_is_written(own: Path) -> None:
    """4 and 4.0 are one definition."""
    before = read_definitions(own).hash
    _change(own, "prior_weight = 4\n", "prior_weight = 4.0\n")
    assert read_definitions(own).hash == before


def test_what_is_shown_is_the_file_itself(own: Path) -> None:
    """`plumbline measures` prints TOML that defines the same when it is read again."""
    before = read_definitions(own)
    own.write_text(describe_definitions(before), "utf-8")
    assert read_definitions(own) == before


def test_the_shipped_measures_are_recorded() -> None:
    """Every shipped definition stands among the versions, which never change."""
    recorded = shipped_versions()
    assert {each for each, _, _ in recorded} >= {"mastery", "time_on_task", "activity_counts"}
    assert all(each in recorded for each in read_definitions(resource_path(SHIPPED)).measures)
    named = [(each.measure, each.version) for each in recorded]
    assert len(named) == len(set(named))


def test_models_see_every_parameter() -> None:
    """int_measure_parameters has a column for each parameter of each measure, and no other."""
    model = resource_path("dbt/models/intermediate/events/int_measure_parameters.sql")
    listed = re.findall(r"\('(\w+)', '(\w+)'\)", model.read_text("utf-8"))
    shipped = read_definitions(resource_path(SHIPPED)).measures
    assert sorted(listed) == sorted((each.measure, name) for each in shipped for name in each[2])


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        ("secure_estimate_of_school_7 = 0.7", "secure_estimate_of_school_7"),
        ("[mastery_of_group_a]\ndecay = 0.7", "mastery_of_group_a"),
        ('[mastery.schools]\n"7" = 0.7', "schools"),
        ('[[mastery.students]]\nid = "7"', "students"),
        ("tries_before_repeat_of = {grade_5 = 2}", "tries_before_repeat_of"),
    ],
)
def test_a_threshold_of_some_is_refused(own: Path, lines: str, refused: str) -> None:
    """No student, group or school has a threshold of its own."""
    with own.open("a", encoding="utf-8") as stream:
        stream.write(f"{lines}\n")
    with pytest.raises(ConfigurationError, match=refused) as raised:
        read_definitions(own)
    assert "the same for every student, group and school" in raised.value.mend


def test_a_threshold_by_some_is_refused(own: Path) -> None:
    """Nor can a parameter have a value for some and another for others."""
    _change(own, DECAY, "decay = {default = 0.9, group_a = 0.8}\n")
    with pytest.raises(ConfigurationError, match=r"mastery\.decay"):
        read_definitions(own)


@pytest.mark.parametrize("value", ["1.2", "0", "nan", "inf", '"often"', "true", "[0.9]"])
def test_a_value_out_of_range_is_refused(own: Path, value: str) -> None:
    """Each parameter has a range; file, field and mend are told."""
    _change(own, DECAY, f"decay = {value}\n")
    with pytest.raises(ConfigurationError, match=r"mastery\.decay") as raised:
        read_definitions(own)
    assert str(own) in raised.value.problem


def test_bounds_of_time_stay_in_order(own: Path) -> None:
    """Parameters by which low could exceed mid are refused, by name."""
    _change(own, "low_gap = 120", "low_gap = 700")
    with pytest.raises(ConfigurationError, match=r"time_on_task\.low_gap: 700 is over mid_gap"):
        read_definitions(own)


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (DECAY, "", '"decay" is a required property'),
        ('version = "1"\n', "", '"version" is a required property'),
        ('version = "1"\n', 'version = ""\n', r"mastery\.version"),
        (DECAY, f"{DECAY}{DECAY}", "is not TOML"),
    ],
)
def test_a_definition_is_whole(own: Path, before: str, after: str, refused: str) -> None:
    """It has every parameter once, and a version."""
    _change(own, before, after)
    with pytest.raises(ConfigurationError, match=refused):
        read_definitions(own)
