"""The tables of the warehouse have a version, and come from every release to today's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import read_key
from pipelines.settings import read_settings
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.load import open_warehouse
from pipelines.warehouse.schema import Migration, migrations, newest_version, prepare_schema
from tests.load.released_schemas import FOLDER, released_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipelines.home import Home

RELEASED = [int(file.stem) for file in sorted(FOLDER.glob("*.sql"))]
SHAPE = """
    select table_name, column_name, column_index, data_type, is_nullable, column_default
    from duckdb_columns() where schema_name = 'loaded' order by all
"""
LATER = {
    "0002_note_the_size.sql": """
        alter table loaded.batches add column files integer default 0;
        update loaded.batches set files = 7;
        create table loaded.notes (note varchar not null);
    """,
    "0003_tell_notes_apart.sql": """
        insert into loaded.notes values ('made by a migration');
        alter table loaded.notes add column number integer default 1;
    """,
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an empty database."""
    with duckdb.connect() as connected:
        yield connected


def _later(folder: Path, **changed: str) -> list[Migration]:
    """Write migrations of releases to come; `changed` replaces the SQL of one by its number."""
    for name, statements in LATER.items():
        (folder / name).write_text(changed.get(f"_{name[:4]}", statements), encoding="utf-8")
    return [Migration(int(name[:4]), folder / name) for name in sorted(LATER)]


def _shape(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(SHAPE).fetchall()


def _version(connection: duckdb.DuckDBPyConnection) -> list[tuple[int]]:
    return connection.execute("select version from loaded.schema_version").fetchall()


def test_migrations_are_numbered_without_a_gap() -> None:
    """The first migration leads to version 2, and each further one to the next."""
    known = migrations()
    assert [each.version for each in known] == list(range(2, len(known) + 2))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", each.file.name) for each in known)


@pytest.mark.parametrize("version", RELEASED)
def test_every_release_comes_to_the_tables_of_a_new_warehouse(
    connection: duckdb.DuckDBPyConnection, version: int
) -> None:
    """The tables of a release, migrated, are those that a new warehouse has.

    Where it fails before the first release: `make generated`. After it: write a migration.
    """
    connection.execute(released_file(version).read_text(encoding="utf-8"))
    connection.execute("insert into loaded.schema_version values (?)", [version])
    prepare_schema(connection)
    with duckdb.connect() as fresh:
        prepare_schema(fresh)
        assert _shape(connection) == _shape(fresh) != []
        assert _version(connection) == _version(fresh) == [(newest_version(migrations()),)]


def test_the_first_release_is_kept() -> None:
    """The tables of version 1 stand in the fixtures, whatever comes later."""
    assert 1 in RELEASED


def test_pending_migrations_run_in_order_and_rows_stay(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Only what a warehouse lacks is run, once, and what was loaded stays."""
    prepare_schema(connection, [])
    connection.execute("insert into loaded.batches values (1, date '2025-09-02')")
    known = _later(tmp_path)
    prepare_schema(connection, known[:1])
    prepare_schema(connection, known)
    prepare_schema(connection, known)
    assert _version(connection) == [(3,)]
    assert connection.execute("select batch_number, files from loaded.batches").fetchall() == [
        (1, 7)
    ]
    assert connection.execute("from loaded.notes").fetchall() == [("made by a migration", 1)]


def test_a_migration_that_fails_changes_nothing(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """All pending migrations are one transaction: the second one's fault undoes the first."""
    prepare_schema(connection, [])
    before = _shape(connection)
    with pytest.raises(duckdb.Error):
        prepare_schema(connection, _later(tmp_path, _0003="insert into loaded.missing values (1)"))
    connection.rollback()
    assert _shape(connection) == before
    assert _version(connection) == [(1,)]


def test_a_newer_warehouse_is_refused(home: Home, load_home: Callable[[], object]) -> None:
    """A warehouse of a later release is neither written nor read, and the message says why."""
    load_home()
    settings = read_settings(home)
    with open_warehouse(home, settings) as connection:
        connection.execute("update loaded.schema_version set version = version + 1")
    before = home.warehouse_file.read_bytes()
    for read_only in (True, False):
        with (
            pytest.raises(ConfigurationError, match="of a newer Plumbline") as error,
            open_warehouse(home, settings, read_only=read_only),
        ):
            pass
        assert "run the newer Plumbline" in error.value.mend
    assert home.warehouse_file.read_bytes() == before


def test_a_warehouse_without_a_version_is_refused(
    home: Home, load_home: Callable[[], object]
) -> None:
    """What was made before the first release is loaded anew from the lake, as the message says."""
    load_home()
    settings = read_settings(home)
    with open_warehouse(home, settings) as connection:
        connection.execute("drop table loaded.schema_version")
    with pytest.raises(ConfigurationError, match="before the first release") as error:
        load_home()
    assert "load reads the whole lake again" in error.value.mend


def test_an_older_warehouse_is_brought_up_to_date_by_those_who_write(
    home: Home, load_home: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of an older warehouse is told to load; a load migrates it."""
    load_home()
    settings = read_settings(home)
    known = _later(tmp_path)
    monkeypatch.setattr("pipelines.warehouse.schema.migrations", lambda: tuple(known))
    with (
        pytest.raises(ConfigurationError, match="of an earlier release"),
        open_warehouse(home, settings, read_only=True),
    ):
        pass
    load_home()
    key = read_key(settings.keys_folder, "warehouse")
    with open_encrypted(home.warehouse_file, key, read_only=True) as connection:
        assert _version(connection) == [(3,)]
