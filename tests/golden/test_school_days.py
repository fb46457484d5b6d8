"""Scenarios with `days.csv` say on which date, in which part of it, a student did what.

An event has a time in UTC or with an offset, as tools and stores write it. `minutes.csv` says where
the minutes of reported durations lie. `calendar.csv` is the school calendar of the scenario.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.settings import read_settings
from pipelines.validation.validator import Validator
from pipelines.warehouse.definitions import write_definitions
from pipelines.warehouse.load import load, open_warehouse
from tests.golden.test_scenarios import SCENARIOS, load_scenario
from tests.unit.examples import (
    DISTRICT_ID,
    PSEUDONYM_KEY,
    SSO,
    deliver,
    event_id,
    lines,
    make_small_home,
    statement,
)
from tests.unit.lakes import ingest_here
from tests.warehouse.warehouse import DEFINITIONS, run_dbt

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

NIGHT = date(2027, 3, 20)
SCHOOL_DAYS = [folder for folder in SCENARIOS if (folder / "days.csv").is_file()]
ONLY_MODELS = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
DATES = "select event_id::varchar, occurred_date::varchar from intermediate.int_events"
LISTED = (
    "select distinct student_key, activity_date::varchar from loaded.changes"
    " where student_key is not null"
)
PARTS = """
    select student_key, activity_date::varchar, day_part, event_count, minutes_high
    from proxies.time_on_task
"""
Row = dict[str, str]


def _rows(folder: Path, name: str) -> list[Row]:
    file = folder / name
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _event(number: int, row: Row) -> dict[str, Any]:
    actor = {"account": {"homePage": SSO, "name": row["student"]}}
    result: dict[str, Any] = {"success": True}
    if row["duration"]:
        result = {"duration": row["duration"]}
    return statement(number, actor=actor, timestamp=row["occurred_at"], result=result)


def _deliver(folder: Path, home: Home) -> list[Row]:
    """Load the scenario's rosters night by night, and in the last night its events."""
    load_scenario(folder, home)
    shutil.copy(folder / "calendar.csv", home.rosters / "calendar.csv")
    rows = _rows(folder, "days.csv")
    deliver(home, "mathpath/a.ndjson", lines(*map(_event, range(len(rows)), rows)))
    ingest_here(home, Validator.load())
    load(home, read_settings(home), NIGHT)
    return rows


@pytest.mark.parametrize("folder", SCHOOL_DAYS, ids=lambda folder: folder.name)
def test_an_event_falls_on_the_day_of_the_students_own_school(folder: Path, tmp_path: Path) -> None:
    """Each event is on its date and in its part of the day, and load listed exactly these dates."""
    home = make_small_home(tmp_path / "home")
    rows = _deliver(folder, home)
    settings = read_settings(home)
    key = read_key(settings.keys_folder, "warehouse")
    with open_warehouse(home, settings) as connection:
        write_definitions(connection, DEFINITIONS)
    run_dbt(home.warehouse_file, NIGHT, *ONLY_MODELS, "--select", "+time_on_task", key=key)
    with open_warehouse(home, settings, read_only=True) as connection:
        dates = dict(connection.execute(DATES).fetchall())
        listed = set(connection.execute(LISTED).fetchall())
        parts = connection.execute(PARTS).fetchall()
    assert [dates[event_id(number)] for number in range(len(rows))] == [row["date"] for row in rows]
    students = {row["student"]: PSEUDONYMISER.student_key(row["student"]) for row in rows}
    assert listed == {(students[row["student"]], row["date"]) for row in rows}
    planted = Counter((students[row["student"]], row["date"], row["day_part"]) for row in rows)
    assert Counter({tuple(place): events for *place, events, _ in parts if events}) == planted
    minutes = {tuple(place): high for *place, _, high in parts}
    for row in _rows(folder, "minutes.csv"):
        place = (students[row["student"]], row["date"], row["day_part"])
        assert minutes[place] == pytest.approx(float(row["minutes"]))


def test_the_scenarios_of_the_school_day_are_there() -> None:
    """No scenario that clocks are known for is missing."""
    named = {folder.name for folder in SCHOOL_DAYS}
    assert named == {"two-zones", "daylight-saving", "after-midnight-homework"}
