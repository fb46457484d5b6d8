"""Districts built once for all tests of the warehouse; a dbt build takes seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.oracles.values import read_district, read_events
from tests.warehouse.districts import AS_OF_DATE, random_district
from tests.warehouse.warehouse import Build, Contents, make_warehouse, run_dbt

if TYPE_CHECKING:
    from tests.oracles.values import District, Event


@dataclass(frozen=True, slots=True)
class BuiltDistrict:
    """A built warehouse and what the oracles calculate from."""

    contents: Contents
    build: Build
    district: District
    events: list[Event]


def build_district(
    contents: Contents, folder: pytest.TempPathFactory, *arguments: str
) -> BuiltDistrict:
    """Make, build and read back a warehouse."""
    file = folder.mktemp("warehouse") / "warehouse.duckdb"
    make_warehouse(file, contents)
    build = run_dbt(file, AS_OF_DATE, *arguments)
    with build.connect() as connection:
        return BuiltDistrict(
            contents, build, read_district(connection, AS_OF_DATE), read_events(connection)
        )


@pytest.fixture(scope="session")
def riverbend(tmp_path_factory: pytest.TempPathFactory) -> BuiltDistrict:
    """A district in Chicago's zone, built with all tests of the data."""
    contents = random_district(1, zone="America/Chicago", students=24)
    return build_district(contents, tmp_path_factory)
