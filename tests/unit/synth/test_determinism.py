"""The same arguments give the same bytes, and nothing is written over."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pipelines.synth import district, write_district

if TYPE_CHECKING:
    from pathlib import Path


def _digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """Every file of the home, truth included, is the same the second time."""
    write_district(tmp_path / "one", students=12, days=4, seed=5)
    write_district(tmp_path / "two", students=12, days=4, seed=5)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_writing_again_in_place_changes_nothing(tmp_path: Path) -> None:
    """A second run into the same folder leaves every byte as it was."""
    write_district(tmp_path, students=6, days=2, seed=5)
    before = _digests(tmp_path)
    write_district(tmp_path, students=6, days=2, seed=5)
    assert _digests(tmp_path) == before


def test_another_seed_gives_another_district(tmp_path: Path) -> None:
    """The seed reaches people, keys and events."""
    write_district(tmp_path / "one", students=6, days=2, seed=5)
    write_district(tmp_path / "two", students=6, days=2, seed=6)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    for name in ("rosters/users.csv", "keys/pseudonym.key", "truth/knowledge.ndjson"):
        assert one[name] != two[name]


def test_a_first_day_does_not_depend_on_how_many_follow(tmp_path: Path) -> None:
    """The first day's video events are the same whether two or five days are asked for."""
    write_district(tmp_path / "two", students=12, days=2, seed=5)
    write_district(tmp_path / "five", students=12, days=5, seed=5)
    name = "landing/courseyard/2026-08-31.json"
    assert _digests(tmp_path / "two")[name] == _digests(tmp_path / "five")[name]


def test_another_district_is_not_written_over(tmp_path: Path) -> None:
    """A folder that holds a district of other arguments is refused, and says what to do."""
    write_district(tmp_path, students=6, days=2, seed=5)
    with pytest.raises(ValueError, match="choose an empty folder"):
        write_district(tmp_path, students=6, days=2, seed=6)


@pytest.mark.parametrize(
    ("students", "days", "start", "message"),
    [
        (0, 2, date(2026, 8, 31), "students must be 1 or more, not 0"),
        (6, 0, date(2026, 8, 31), "days must be 1 or more, not 0"),
        (6, 2, date(2026, 9, 7), "start must be a day on which lessons are held"),
    ],
)
def test_impossible_arguments_are_refused(
    tmp_path: Path, students: int, days: int, start: date, message: str
) -> None:
    """A district without learners or days, or one that starts on a holiday, is not written."""
    with pytest.raises(ValueError, match=message):
        write_district(tmp_path / "home", students=students, days=days, seed=1, start=start)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("students", [1, 2, 7])
def test_a_handful_of_learners_is_a_district_too(tmp_path: Path, students: int) -> None:
    """The smallest districts are complete."""
    made = write_district(tmp_path, students=students, days=3, seed=2)
    assert made.files > 0
    assert made.events > 0


def test_a_tool_with_many_events_sends_several_envelopes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too much for one item is spread over lines; otherwise a day may be one envelope."""
    folder = "landing/gaugewell"
    few = write_district(tmp_path / "few", students=6, days=2, seed=5)
    assert len(list((few.home / folder).glob("*.json"))) == 1
    monkeypatch.setattr(district, "MOST_EVENTS_OF_AN_ENVELOPE", 0)
    many = write_district(tmp_path / "many", students=6, days=2, seed=5)
    assert list((many.home / folder).glob("*.json")) == []
    assert len(list((many.home / folder).glob("*.ndjson"))) == 2
