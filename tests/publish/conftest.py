"""A home with a small warehouse that holds a whole build, and a way to make it hold another."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.home import Home
from pipelines.identity.keys import Key
from pipelines.publish.marts import PUBLISHED_SCHEMAS
from pipelines.settings import PublishSettings, Settings
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.schema import prepare_schema
from tests.publish.artefacts import leave_artefacts

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL_WAREHOUSE = Path(__file__).parents[1] / "quality" / "small_warehouse.sql"


@pytest.fixture(scope="session")
def key() -> Key:
    """Give the key of the test's warehouse."""
    return Key("warehouse", 1, bytes(range(32)))


@pytest.fixture(scope="session")
def small_warehouse(tmp_path_factory: pytest.TempPathFactory, key: Key) -> Path:
    """Give the small warehouse, made once; a test changes a copy of it."""
    file = tmp_path_factory.mktemp("small") / "warehouse.duckdb"
    with open_encrypted(file, key) as connection:
        prepare_schema(connection)
        connection.execute(SMALL_WAREHOUSE.read_text("utf-8"))
    return file


@pytest.fixture
def home(tmp_path: Path, small_warehouse: Path) -> Home:
    """Give a home whose warehouse holds `build-one`."""
    return make_home(tmp_path / "home", small_warehouse)


@pytest.fixture
def other_home(tmp_path: Path, small_warehouse: Path) -> Home:
    """Give a second home with the same warehouse."""
    return make_home(tmp_path / "other", small_warehouse)


@pytest.fixture
def settings(home: Home) -> Settings:
    """Give the settings of the home; builds are published plain."""
    (home.root / "keys").mkdir(mode=0o700)
    return small_settings(home)


@pytest.fixture
def change(home: Home, key: Key) -> Callable[[str], None]:
    """Give a function that changes the warehouse by SQL."""

    def run(statements: str) -> None:
        with open_encrypted(home.warehouse_file, key) as connection:
            connection.execute(statements)

    return run


@pytest.fixture
def rebuild(home: Home, key: Key) -> Callable[[str], None]:
    """Give a function that makes the warehouse hold another build."""

    def run(build_id: str) -> None:
        make_hold(home, key, build_id)

    return run


def make_hold(home: Home, key: Key, build_id: str) -> None:
    """Make a warehouse hold another build of the same rows."""
    with open_encrypted(home.warehouse_file, key) as connection:
        connection.execute(
            """
            insert into loaded.builds
            select * replace (? as build_id) from loaded.builds limit 1
            """,
            [build_id],
        )
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where list_contains(?, schema_name)",
            [list(PUBLISHED_SCHEMAS)],
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"update {table} set build_id = ?", [build_id])
    leave_artefacts(home.dbt_artefacts, build_id)


def small_settings(home: Home) -> Settings:
    """Return the settings of a home of these tests."""
    return Settings(
        district_id="riverbend",
        district_name="Riverbend Unified School District",
        zone="America/Chicago",
        keys_folder=home.root / "keys",
        sources=(),
        learner_identifiers=(),
    )


def encrypted(settings: Settings) -> Settings:
    """Return the settings of a district that publishes encrypted builds."""
    return replace(settings, publish=PublishSettings(encrypted=True))


def make_home(root: Path, warehouse: Path) -> Home:
    """Return a home with a copy of a warehouse."""
    home = Home(root)
    home.warehouse_file.parent.mkdir(parents=True)
    shutil.copy(warehouse, home.warehouse_file)
    leave_artefacts(home.dbt_artefacts, "build-one")
    return home
