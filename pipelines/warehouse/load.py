"""The load step: the lake and the district's records into the warehouse, in one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import Key, read_key
from pipelines.ingest.manifest import read_manifests
from pipelines.warehouse.changes import list_changes, remember_records
from pipelines.warehouse.circuit_breaker import HeldDelivery, hold_deliveries
from pipelines.warehouse.connection import lift_memory_limit, open_encrypted
from pipelines.warehouse.drift import Drift, find_drift
from pipelines.warehouse.events import load_files
from pipelines.warehouse.history import count_days
from pipelines.warehouse.ledger import FileCounts, new_generations
from pipelines.warehouse.local_dates import place_students
from pipelines.warehouse.records import load_records
from pipelines.warehouse.schema import prepare_schema, refuse_other_version
from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings
    from pipelines.warehouse.classroom import ClassroomFile
    from pipelines.warehouse.roster import RosterDelivery

# Beyond so many events a load is a backfill, and takes of the machine's memory what it needs.
MOST_EVENTS_OF_A_NIGHT = 1_000_000

# The records that say in which school and by which clocks somebody is.
_PLACING = frozenset({"roster", "crosswalk", "settings"})


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What the load added: the counts of each new file, and the records that changed.

    `replayed` are files that were known and of which rejects were run again, `held` the sources
    whose deliveries are not loaded, `drift` what sources send otherwise than before, `rosters` the
    deliveries of the roster that were looked at, and `classroom` the files of people's forms, where
    these were read anew.
    """

    files: tuple[FileCounts, ...]
    changed_records: tuple[str, ...]
    replayed: tuple[FileCounts, ...] = ()
    held: tuple[HeldDelivery, ...] = ()
    drift: tuple[Drift, ...] = ()
    rosters: tuple[RosterDelivery, ...] = ()
    classroom: tuple[ClassroomFile, ...] = ()


def load(home: Home, settings: Settings, night: date) -> LoadOutcome:
    """Load every ingested file that the ledger does not know, and the records where they changed.

    All of it is one transaction: a load that is cut off leaves the warehouse as it was. `night`
    is the date that what is loaded now counts as seen first.
    """
    pseudonym_key = read_key(settings.keys_folder, "pseudonym")
    with open_warehouse(home, settings) as connection:
        _refuse_other_key(connection, pseudonym_key)
        connection.begin()
        last_batch = remember_records(connection)
        records = load_records(connection, home, settings, night=night)
        _write_district(connection, settings, pseudonym_key)
        manifests = tuple(read_manifests(home))
        known = new_generations(connection, manifests)
        if sum(each.read for each in manifests if each.digest in known) > MOST_EVENTS_OF_A_NIGHT:
            lift_memory_limit(connection)
        held = hold_deliveries(connection, manifests, settings.circuit_breaker, night=night)
        waiting = {manifest.digest for each in held for manifest in each.manifests}
        ready = [each for each in manifests if each.digest not in waiting]
        files = load_files(connection, home, ready, night=night)
        place_students(connection, is_changed=not _PLACING.isdisjoint(records.changed))
        if files:
            count_days(connection)
        list_changes(connection, night, last_batch=last_batch)
        drift = find_drift(connection) if files else ()
        connection.commit()
    return LoadOutcome(
        files=tuple(each for each in files if known[each.file_digest] < 0),
        changed_records=records.changed,
        rosters=records.rosters,
        classroom=records.classroom,
        replayed=tuple(each for each in files if known[each.file_digest] >= 0),
        held=held,
        drift=drift,
    )


@contextmanager
def open_warehouse(
    home: Home, settings: Settings, *, read_only: bool = False
) -> Iterator[DuckDBPyConnection]:
    """Open a home's warehouse with its key, to write with the tables of this program in it.

    Raises ConfigurationError where the tables are a newer program's or, to read, an earlier one's.
    """
    key = read_key(settings.keys_folder, "warehouse")
    with open_encrypted(home.warehouse_file, key, read_only=read_only) as connection:
        if read_only:
            refuse_other_version(connection)
        else:
            prepare_schema(connection)
        yield connection


def prepare_warehouse(home: Home, settings: Settings) -> None:
    """Bring the tables of a home's warehouse up to date, where it has one."""
    if home.warehouse_file.is_file():
        with open_warehouse(home, settings):
            pass


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
    _write_schools(connection, settings)
    connection.execute("delete from loaded.sources")
    connection.executemany(
        "insert into loaded.sources values (?, ?, ?)",
        [
            (source.name, source.reported_duration.value, source.score_scale)
            for source in settings.sources
        ],
    )
    connection.execute("delete from loaded.verb_actions")
    rows = [(verb.verb, verb.activity_type, verb.action) for verb in settings.verbs]
    if rows:
        connection.executemany("insert into loaded.verb_actions values (?, ?, ?)", rows)


def _write_schools(connection: DuckDBPyConnection, settings: Settings) -> None:
    """Write the zones of schools; a school that no roster has is a misspelt setting."""
    connection.execute("delete from loaded.school_zones")
    insert_rows(
        connection,
        "school_zones",
        [(school.school_id, school.zone) for school in settings.schools],
    )
    unknown = connection.execute(
        "from loaded.school_zones anti join loaded.schools using (school_id) order by all"
    ).fetchall()
    if unknown:
        raise ConfigurationError(
            f"district.toml: schools: no roster has a school with the id {unknown[0][0]!r}",
            "give the sourcedId that the school has in orgs.csv",
        )
