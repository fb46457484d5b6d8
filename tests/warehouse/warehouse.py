"""Make a warehouse from plain rows, build it with the real dbt project, read its marts."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from pipelines.canonical import event_arrow_schema
from pipelines.identity.keys import Key
from pipelines.measures import SHIPPED, read_definitions
from pipelines.resources import resource_path
from pipelines.warehouse.connection import MEMORY_LIMIT, open_encrypted
from pipelines.warehouse.dbt_environment import dbt_arguments, dbt_environment, parse_project
from pipelines.warehouse.dbt_plugin import release_warehouse
from pipelines.warehouse.definitions import write_definitions
from pipelines.warehouse.local_dates import place_students
from pipelines.warehouse.schema import prepare_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from duckdb import DuckDBPyConnection

    from tests.oracles.values import Event

KEY = Key("warehouse", 1, bytes(range(32)))
FILE_DIGEST = "digest-of-the-one-file"
DEFINITIONS = read_definitions(resource_path(SHIPPED))


@dataclass(slots=True)
class Contents:
    """What is in the schema `loaded`: the roster by table, and the events."""

    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Build:
    """A warehouse that dbt has built."""

    file: Path
    as_of_date: date
    statuses: dict[str, str]

    @contextmanager
    def connect(self) -> Iterator[DuckDBPyConnection]:
        """Yield a connection that reads the warehouse."""
        with open_encrypted(self.file, KEY, read_only=True) as connection:
            yield connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self.connect() as connection:
            return connection.execute(query).fetchall()

    def mart(self, name: str) -> list[dict[str, Any]]:
        """Return all rows of a mart as dicts, in the order of all their columns."""
        with self.connect() as connection:
            found = connection.execute(f"select * from {name} order by all")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def make_warehouse(file: Path, contents: Contents) -> None:
    """Write an encrypted warehouse that holds `contents` as one delivered file."""
    make_tables(file, contents)
    with open_encrypted(file, KEY) as connection:
        events = len(contents.events)
        connection.execute(
            "insert into loaded.files by name select ? as file_digest, 'a.ndjson' as file_name,"
            " 'mathpath' as source, 1 as size_bytes, ? as read, ? as loaded, 0 as duplicate,"
            " 0 as conflicting, 0 as rejected, 0 as minimised, 1 as batch_number",
            [FILE_DIGEST, events, events],
        )
        _insert_events(connection, contents.events)
        place_students(connection, is_changed=False)


def make_tables(file: Path, contents: Contents) -> None:
    """Write an encrypted warehouse that holds the records of `contents` and no events."""
    with open_encrypted(file, KEY) as connection:
        prepare_schema(connection)
        write_definitions(connection, DEFINITIONS)
        for table, rows in contents.tables.items():
            for row in rows:
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into loaded.{table} values ({marks})", row)
        place_students(connection, is_changed=True)


def _insert_events(connection: DuckDBPyConnection, events: Sequence[Event]) -> None:
    table = pa.Table.from_pylist(
        [canonical(event, number) for number, event in enumerate(events, start=1)],
        schema=event_arrow_schema(),
    )
    connection.register("new_events", table)
    connection.execute(f"insert into loaded.events select *, '{FILE_DIGEST}', 1 from new_events")
    connection.unregister("new_events")


def canonical(event: Event, number: int) -> dict[str, Any]:
    """Return an event as a row of the lake; another content is another body."""
    fields = {name: getattr(event, name) for name in event.__slots__}
    return {
        **fields,
        "standard_refs": list(event.standard_refs),
        "spec_version": "1.0.3" if event.standard == "xapi" else "1.2",
        "body_digest": f"body-{event.success}-{event.duration_seconds}",
        "line_number": number,
        "item_number": 0,
    }


@dataclass(frozen=True, slots=True)
class Baseline:
    """The build that is brought up to date; without a build_id everything is built."""

    build_id: str = ""
    batch_number: int = 0
    as_of_date: str = "1970-01-01"

    def variables(self) -> dict[str, str | int]:
        """Return what the models are told of it."""
        return {
            "baseline_build_id": self.build_id,
            "baseline_batch": self.batch_number,
            "baseline_date": self.as_of_date,
        }


def run_dbt(
    file: Path,
    as_of_date: date,
    *arguments: str,
    baseline: Baseline = Baseline(),
    key: Key = KEY,
) -> Build:
    """Build a warehouse; fail where dbt does not succeed, or warns."""
    variables = {"build_id": "b1", "as_of_date": as_of_date.isoformat(), **baseline.variables()}
    common = dbt_arguments(resource_path("dbt"), file.parent / "dbt")
    options = ["--vars", json.dumps(variables), "--warn-error"]
    options += [] if baseline.build_id else ["--full-refresh"]
    with dbt_environment(file, key, memory_limit=MEMORY_LIMIT):
        # A build changes the manifest; copy.deepcopy would lose its look-ups.
        copy_manifest: Callable[[], Manifest] = _manifest().deepcopy
        result = dbtRunner(copy_manifest()).invoke([*arguments, *options, *common])
    release_warehouse()
    assert result.exception is None, result.exception
    assert isinstance(result.result, RunExecutionResult)
    statuses = {one.node.unique_id: str(one.status) for one in result.result}
    assert result.success, {
        name: status for name, status in statuses.items() if status in ("fail", "error")
    }
    return Build(file, as_of_date, statuses)


@cache
def _manifest() -> Manifest:
    """Parse the project once for all warehouses: it takes longer than to build a small one."""
    with TemporaryDirectory() as folder:
        common = dbt_arguments(resource_path("dbt"), Path(folder))
        result = parse_project([*common, "--warn-error"])
    assert isinstance(result.result, Manifest), result.exception
    return result.result
