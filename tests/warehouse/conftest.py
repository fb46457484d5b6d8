"""Districts built once for all tests of the warehouse; a dbt build takes seconds."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.oracles.values import read_district, read_events
from tests.warehouse.districts import AS_OF_DATE, random_district
from tests.warehouse.students import id_after
from tests.warehouse.warehouse import Build, Contents, make_warehouse, run_dbt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.oracles.values import District, Event

ONLY_MODELS = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


@dataclass(frozen=True, slots=True)
class BuiltDistrict:
    """A built warehouse and what the oracles calculate from."""

    contents: Contents
    build: Build
    district: District
    events: list[Event]


@pytest.fixture(scope="session")
def build_district(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., BuiltDistrict]:
    """Return a function that makes, builds and reads back a warehouse."""

    def build(contents: Contents, *arguments: str) -> BuiltDistrict:
        file = _file(tmp_path_factory)
        make_warehouse(file, contents)
        built = run_dbt(file, AS_OF_DATE, *arguments)
        with built.connect() as connection:
            district = read_district(connection, AS_OF_DATE)
            return BuiltDistrict(contents, built, district, read_events(connection))

    return build


def _file(folders: pytest.TempPathFactory) -> Path:
    return folders.mktemp("warehouse") / "warehouse.duckdb"


@pytest.fixture(scope="session")
def riverbend(build_district: Callable[..., BuiltDistrict]) -> BuiltDistrict:
    """A district in Chicago's zone, built with every test that the dbt project has."""
    return build_district(random_district(1, zone="America/Chicago", students=24), "build")


@pytest.fixture(scope="session")
def habana(build_district: Callable[..., BuiltDistrict]) -> BuiltDistrict:
    """A district whose clocks change at midnight, with a school three hours to the west."""
    contents = random_district(
        2, zone="America/Havana", students=15, zone_of_south="America/Los_Angeles"
    )
    return build_district(contents, *ONLY_MODELS)


@pytest.fixture(scope="session")
def shuffled(
    riverbend: BuiltDistrict, build_district: Callable[..., BuiltDistrict]
) -> BuiltDistrict:
    """Riverbend, delivered in another order."""
    draws = random.Random(3)  # noqa: S311 - the same order for the same seed
    tables = {
        table: draws.sample(rows, len(rows)) for table, rows in riverbend.contents.tables.items()
    }
    events = draws.sample(riverbend.contents.events, len(riverbend.contents.events))
    return build_district(Contents(tables, events), *ONLY_MODELS)


@pytest.fixture(scope="session")
def without_voided(
    riverbend: BuiltDistrict, build_district: Callable[..., BuiltDistrict]
) -> BuiltDistrict:
    """Riverbend, as if nothing that was taken back had ever been said."""
    events = riverbend.contents.events
    voided = {(event.source, event.voids_event_id) for event in events if event.voids_event_id}
    kept = [
        event
        for event in events
        if not event.voids_event_id and (event.source, event.event_id) not in voided
    ]
    assert len(kept) < len(events) - len(voided) / 2
    return build_district(Contents(riverbend.contents.tables, kept), *ONLY_MODELS)


@pytest.fixture(scope="session")
def two_tabs(
    riverbend: BuiltDistrict, build_district: Callable[..., BuiltDistrict]
) -> BuiltDistrict:
    """Riverbend, where everybody has everything open a second time."""
    events = riverbend.contents.events
    copies = [
        replace(
            event,
            event_id=id_after(event.event_id),
            session_key=f"{event.session_key}-copy",
            voids_event_id=event.voids_event_id and id_after(event.voids_event_id),
        )
        for event in events
    ]
    contents = Contents(riverbend.contents.tables, [*events, *copies])
    return build_district(contents, *ONLY_MODELS, "--select", "+time_on_task", "+time_on_activity")
