"""Homes whose lake is written without Beam, and a look into their warehouse."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.settings import read_settings
from pipelines.validation.validator import Validator
from pipelines.warehouse.load import load, open_warehouse
from tests.unit.examples import deliver, lines, make_small_home
from tests.unit.lakes import ingest_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome


FOLDER = "it's a home, source=[x]*"
NIGHT = date(2025, 9, 2)
TABLES = "select table_name from duckdb_tables() where schema_name = 'loaded'"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home without deliveries, in a folder that has a meaning in SQL and in patterns."""
    return make_small_home(tmp_path / FOLDER)


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Give the standards, compiled once."""
    return Validator.load()


@pytest.fixture
def ingest(home: Home, validator: Validator) -> Callable[..., None]:
    """Give a function that delivers documents under a name, and ingests them in this process."""

    def run(name: str, *documents: Any) -> None:
        deliver(home, name, lines(*documents))
        ingest_here(home, validator)

    return run


@pytest.fixture
def load_home(home: Home) -> Callable[[], LoadOutcome]:
    """Give a function that loads the home."""
    return lambda: load(home, read_settings(home), NIGHT)


@pytest.fixture
def query(home: Home) -> Callable[[str], list[tuple[Any, ...]]]:
    """Give a function that asks the warehouse."""

    def run(statement: str) -> list[tuple[Any, ...]]:
        with open_warehouse(home, read_settings(home), read_only=True) as connection:
            return connection.execute(statement).fetchall()

    return run


@pytest.fixture
def contents(home: Home) -> Callable[[], dict[str, Any]]:
    """Give a function that returns every row of every loaded table."""

    def run() -> dict[str, Any]:
        with open_warehouse(home, read_settings(home), read_only=True) as connection:
            tables = connection.execute(TABLES).fetchall()
            return {
                name: connection.execute(f"select * from loaded.{name} order by all").fetchall()
                for (name,) in tables
            }

    return run
