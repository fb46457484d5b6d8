"""A whole night finds the planted loops of practice, invents none, and divides the time."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pipelines.cli import district_at
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.warehouse.load import open_warehouse
from tests.oracles.attribution import attribute_time, measure_activities, measure_screen_share
from tests.oracles.practice import judge_practice
from tests.oracles.values import read_district, read_events
from tests.validation_harness.synthetic import WITH_TRUTH

if TYPE_CHECKING:
    from tests.night.homes import DistrictNight
    from tests.oracles.attribution import Stretch
    from tests.oracles.values import District, Event

KNOWN = 0.9
FALSE_ALARM_RATE = 0.48
SECOND_IN_MINUTES = 1 / 60
_STATES = (
    WITH_TRUTH
    + """
select states.student_key, standards.uri, states.state, truth.at_first, truth.at_last
from intermediate.int_practice_states as states
inner join truth using (student_key, standard_id)
inner join loaded.standards as standards using (standard_id)
"""
)


class Judged(NamedTuple):
    """A state, and how probable it truly is that the student knows: at first and at last."""

    student_key: str
    standard_uri: str
    state: str
    at_first: float
    at_last: float


@pytest.fixture(scope="module")
def loaded(night: DistrictNight) -> tuple[District, list[Event]]:
    """What the oracles calculate from."""
    home, settings = district_at(night.root)
    with open_warehouse(home, settings, read_only=True) as connection:
        return read_district(connection, night.district.as_of_date), read_events(connection)


@pytest.fixture(scope="module")
def stretches(loaded: tuple[District, list[Event]]) -> list[Stretch]:
    """Every moment of the district's time, and what it belongs to."""
    return attribute_time(*loaded)


@pytest.fixture(scope="module")
def judged(night: DistrictNight) -> list[Judged]:
    """Every state of practice, also of those that a class has no room for."""
    home, settings = district_at(night.root)
    pseudonymiser = _pseudonymiser(night)
    with (night.root / "truth/active_minutes.csv").open(encoding="utf-8", newline="") as stream:
        names = sorted({row["sourced_id"] for row in csv.DictReader(stream)})
    with open_warehouse(home, settings, read_only=True) as connection:
        connection.execute("create temp table learners (sourced_id varchar, student_key varchar)")
        connection.executemany(
            "insert into learners values (?, ?)",
            [(name, pseudonymiser.student_key(name)) for name in names],
        )
        query = _STATES.format(truth=night.root / "truth")
        return [Judged(*row) for row in connection.execute(query).fetchall()]


@pytest.mark.parametrize("habit", ["remediation_loop", "over_practice"])
def test_planted_habits_are_found(night: DistrictNight, judged: list[Judged], habit: str) -> None:
    """Whoever by plan never has three right in a row, or goes on when secure, is found to."""
    pseudonymiser = _pseudonymiser(night)
    with (night.root / "truth/plants.csv").open(encoding="utf-8", newline="") as stream:
        planted = {
            (pseudonymiser.student_key(row["sourced_id"]), row["standard_uri"])
            for row in csv.DictReader(stream)
            if row["habit"] == habit
        }
    assert planted
    assert planted <= {each[:2] for each in judged if each.state == habit}


def test_no_loop_is_invented(judged: list[Judged]) -> None:
    """Nobody who knew a standard from the first day on is in a loop or stalled with it."""
    flagged = {each.state for each in judged if each.at_first >= KNOWN}
    assert flagged.isdisjoint({"remediation_loop", "stalled"})


def test_flags_are_not_wrong_more_often_than_they_say(judged: list[Judged]) -> None:
    """Of those who struggle as it seems, fewer know the standard than the false-alarm rate says."""
    flags = [
        each
        for each in judged
        if each.state in {"stalled", "productive_struggle", "remediation_loop"}
    ]
    assert len(flags) > 10
    wrong = sum(each.at_last >= KNOWN for each in flags) / len(flags)
    assert wrong <= FALSE_ALARM_RATE


def test_signals_are_those_of_the_oracle(
    night: DistrictNight, loaded: tuple[District, list[Event]]
) -> None:
    """What is shown of the district is what the slow calculation shows."""
    expected = {
        (row.student_key, row.standard_id): (row.state, row.attempts, row.days)
        for row in judge_practice(*loaded)
    }
    with night.marts() as marts:
        found = marts.sql(
            "select student_key, standard_id, state, attempts, days from signals.practice_episodes"
        ).fetchall()
    assert {row[:2]: row[2:] for row in found} == expected


def test_time_by_activity_is_that_of_the_oracle(
    night: DistrictNight, stretches: list[Stretch]
) -> None:
    """Every activity has the minutes of the slow calculation, to the second."""
    expected = {
        key: tuple(
            pytest.approx(minutes[bound], abs=SECOND_IN_MINUTES) for bound in ("low", "mid", "high")
        )
        for key, minutes in measure_activities(stretches).items()
    }
    with night.marts() as marts:
        found = marts.sql(
            "select student_key, activity_date, activity_id, minutes_low, minutes_mid,"
            " minutes_high from proxies.time_on_activity"
        ).fetchall()
    assert {row[:3]: row[3:] for row in found} == expected


def test_screen_share_is_that_of_the_oracle(
    night: DistrictNight, loaded: tuple[District, list[Event]], stretches: list[Stretch]
) -> None:
    """Every section and week has the share of the slow calculation."""
    expected = {
        (row.section_id, row.week_start_date): pytest.approx(row.share("mid"), abs=1e-9)
        for row in measure_screen_share(loaded[0], stretches)
    }
    with night.marts() as marts:
        found = marts.sql(
            "select section_id, week_start_date, share_mid from proxies.screen_share"
        ).fetchall()
    assert {row[:2]: row[2] for row in found} == expected


def _pseudonymiser(night: DistrictNight) -> Pseudonymiser:
    _, settings = district_at(night.root)
    return Pseudonymiser(read_key(settings.keys_folder, "pseudonym"), settings.district_id)
