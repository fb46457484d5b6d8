"""A merge re-keys the past, its undoing restores it, and evidence waits for its student."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.settings import read_settings
from pipelines.validation.validator import Validator
from pipelines.warehouse.load import load
from tests.unit.examples import (
    CASE,
    ROSTER,
    SSO,
    deliver,
    lines,
    make_small_home,
    statement,
    write_key,
)
from tests.unit.lakes import ingest_here
from tests.warehouse.deliveries import District
from tests.warehouse.warehouse import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home
    from tests.warehouse.warehouse import Build

HEADER = "namespace,identifier,meaning,sourced_id,reviewed_by,reviewed_on\n"
MERGE = "roster,student-2,student,student-1,r.viewer,2025-09-03\n"
STRANGER = f"{SSO},stranger,student,student-1,r.viewer,2025-09-03\n"
COMPARED = """
    select schema_name || '.' || table_name
    from (
        select schema_name, table_name from duckdb_tables()
        union all
        select schema_name, view_name from duckdb_views()
    )
    where schema_name in ('learning', 'proxies', 'signals', 'roster', 'district')
        or (schema_name, table_name) = ('audit', 'unmatched')
    order by all
"""


def _tries(people: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Return tries and looks of three accounts, which meet on the same items and days."""
    events = []
    for number in range(24):
        item = {"id": f"https://mathpath.example/items/{number % 4}"}
        refers = {"contextActivities": {"grouping": [{"id": f"{CASE}/ratio"}]}}
        events.append(
            statement(
                number,
                actor={"account": {"homePage": SSO, "name": people[number % 3]}},
                object=item,
                context=refers,
                result={"success": number % 5 < 3},
                timestamp=f"2025-09-0{1 + number % 7}T1{number % 10}:{number + 10}:00Z",
            )
        )
    return events


@pytest.fixture
def always_one(tmp_path: Path) -> dict[str, list[Any]]:
    """Give the marts of a district that has always known one student."""
    home = make_small_home(tmp_path / "always-one")
    users = ROSTER["users.csv"].splitlines(keepends=True)
    (home.rosters / "users.csv").write_text("".join(users[:2] + users[3:]), "utf-8")
    roles = ROSTER["roles.csv"].splitlines(keepends=True)
    (home.rosters / "roles.csv").write_text("".join(roles[:2] + roles[3:]), "utf-8")
    enrolled = ROSTER["enrollments.csv"].replace("student-2", "student-1")
    (home.rosters / "enrollments.csv").write_text(enrolled, "utf-8")
    district = _deliver(home, ("student-1", "student-1", "student-1"))
    return _marts(_night(district))


def _deliver(home: Home, people: tuple[str, str, str]) -> District:
    write_key(home.root / "keys", KEY)
    group = statement(90, actor={"objectType": "Group", "mbox": "mailto:six@riverbend.example"})
    deliver(home, "mathpath/a.ndjson", lines(*_tries(people), group))
    ingest_here(home, Validator.load())
    return District(home, as_of_date=date(2025, 9, 8))


def _night(district: District) -> Build:
    load(district.home, read_settings(district.home), district.as_of_date)
    return district.build()


def _marts(build: Build) -> dict[str, list[Any]]:
    names = [name for (name,) in build.rows(COMPARED)]
    assert {"learning.mastery", "proxies.time_on_task", "roster.students"} <= set(names)
    return {
        name: [
            {column: value for column, value in row.items() if column != "build_id"}
            for row in build.mart(name)
        ]
        for name in names
    }


def test_a_merge_is_as_if_there_had_always_been_one(
    tmp_path: Path, always_one: dict[str, list[Any]]
) -> None:
    """Two students and a stranger become one, night 2, by updating; night 3 restores what was."""
    home = make_small_home(tmp_path / "home")
    district = _deliver(home, ("student-1", "student-2", "stranger"))
    apart = _marts(_night(district))
    assert [row["reason"] for row in apart["audit.unmatched"]] == ["not_in_roster", "group"]
    assert len(apart["roster.students"]) == 2
    crosswalk = home.rosters / "learner_crosswalk.csv"
    crosswalk.write_text(HEADER + MERGE + STRANGER, "utf-8")
    merged = _marts(_night(district))
    assert merged == always_one
    crosswalk.unlink()
    assert _marts(_night(district)) == apart
    assert [plan.baseline is None for plan in district.plans] == [True, False, False]
