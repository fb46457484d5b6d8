"""A home whose small warehouse meets every check."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.home import Home
from pipelines.identity.keys import Key
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.schema import prepare_schema

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL_WAREHOUSE = Path(__file__).with_name("small_warehouse.sql")


@pytest.fixture(scope="session")
def key() -> Key:
    """Give the key of the test's warehouse."""
    return Key("warehouse", 1, bytes(range(32)))


@pytest.fixture(scope="session")
def as_of() -> date:
    """Give the date of the test's build, the Friday of the last school week."""
    return date(2025, 10, 10)


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
    """Give a home with the small warehouse."""
    home = Home(tmp_path)
    home.warehouse_file.parent.mkdir()
    shutil.copy(small_warehouse, home.warehouse_file)
    return home


@pytest.fixture
def change(home: Home, key: Key) -> Callable[[str], None]:
    """Give a function that changes the warehouse by SQL."""

    def run(statements: str) -> None:
        with open_encrypted(home.warehouse_file, key) as connection:
            connection.execute(statements)

    return run
