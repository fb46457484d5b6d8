"""The load step: the lake and the district's records into the warehouse, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.canonical import event_table_ddl
from pipelines.errors import ConfigurationError
from pipelines.identity.keys import Key, read_key
from pipelines.ingest.manifest import read_manifests
from pipelines.resources import resource_path
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.events import FileCounts, load_files
from pipelines.warehouse.records import load_records

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What the load added: the counts of each new file, and the records that changed."""

    files: tuple[FileCounts, ...]
    changed_records: tuple[str, ...]


def load(home: Home, settings: Settings) -> LoadOutcome:
    """Load every ingested file that the ledger does not know, and the records where they changed.

    All of it is one transaction: a load that is cut off leaves the warehouse as it was.
    """
    pseudonym_key = read_key(settings.keys_folder, "pseudonym")
    with open_warehouse(home, settings) as connection:
        create_tables(connection)
        _refuse_other_key(connection, pseudonym_key)
        connection.begin()
        changed = load_records(connection, home, settings)
        _write_district(connection, settings, pseudonym_key)
        files = load_files(connection, home, tuple(read_manifests(home)))
        connection.commit()
    return LoadOutcome(files, changed)


def open_warehouse(
    home: Home, settings: Settings, *, read_only: bool = False
) -> AbstractContextManager[DuckDBPyConnection]:
    """Open a home's warehouse with its key."""
    key = read_key(settings.keys_folder, "warehouse")
    return open_encrypted(home.warehouse_file, key, read_only=read_only)


def create_tables(connection: DuckDBPyConnection) -> None:
    """Create the tables of the schema `loaded` where they are not there yet."""
    connection.execute(resource_path("pipelines/warehouse/schema.sql").read_text(encoding="utf-8"))
    connection.execute(event_table_ddl())


def _refuse_other_key(connection: DuckDBPyConnection, key: Key) -> None:
    known = connection.execute("select pseudonym_key_fingerprint from loaded.district").fetchone()
    if known and known[0] != key.fingerprint:
        raise ConfigurationError(
            "the warehouse was loaded with another pseudonym.key",
            "restore the pseudonym.key that this home was made with",
        )


def _write_district(connection: DuckDBPyConnection, settings: Settings, key: Key) -> None:
    connection.execute("delete from loaded.district")
    connection.execute(
        "insert into loaded.district values (?, ?, ?, ?)",
        [settings.district_id, settings.zone, key.version, key.fingerprint],
    )
    connection.execute("delete from loaded.sources")
    connection.executemany(
        "insert into loaded.sources values (?, ?)",
        [(source.name, source.reported_duration.value) for source in settings.sources],
    )
    connection.execute("delete from loaded.verb_actions")
    rows = [(verb.verb, verb.activity_type, verb.action) for verb in settings.verbs]
    if rows:
        connection.executemany("insert into loaded.verb_actions values (?, ?, ?)", rows)
