"""Compare the marts that readers see with those of the side build, by mart and key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.changes.compare import CHANGED, SINCE, UNTIL, Mart, find_changed_rows, marts_of_both
from pipelines.changes.keys import keys_of_marts
from pipelines.changes.outcome import Cell
from pipelines.identity.keys import read_key
from pipelines.publish.manifest import MARTS_FILE, read_manifest
from pipelines.warehouse.connection import WAREHOUSE, attach, connect_in_memory

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings

# It knows the clock, and what it tells is no result.
_NOT_COMPARED = frozenset({"audit.builds"})


class RowDifference(NamedTuple):
    """A row that one of the two has alone, or that differs: its key, and the cells that do."""

    kind: str
    key: dict[str, str | None]
    cells: tuple[Cell, ...]


class MartDifference(NamedTuple):
    """What differs in one mart: rows by kind (added, removed, changed), and each of them."""

    mart: str
    counts: dict[str, int]
    rows: tuple[RowDifference, ...]


def compare_with_published(
    settings: Settings, folder: Path, side: Home
) -> tuple[MartDifference, ...]:
    """Return the marts of the build in `folder` that differ from those of the side warehouse."""
    connection = connect_in_memory()
    try:
        is_encrypted = read_manifest(folder).is_encrypted
        marts_key = read_key(settings.keys_folder, "marts") if is_encrypted else None
        attach(connection, folder / MARTS_FILE, marts_key, alias=SINCE, read_only=True)
        key = read_key(settings.keys_folder, "warehouse")
        connection.execute("set temp_directory = ?", [f"{side.warehouse_file}.spill"])
        attach(connection, side.warehouse_file, key, alias=WAREHOUSE, read_only=True)
        _show_warehouse(connection, alias=UNTIL)
        marts = marts_of_both(connection, keys_of_marts())
        compared = [mart for mart in marts if mart.name not in _NOT_COMPARED]
        return tuple(
            _rows(connection, mart) for mart in compared if find_changed_rows(connection, mart)
        )
    finally:
        connection.close()


def _show_warehouse(connection: DuckDBPyConnection, alias: str) -> None:
    """Show the marts of a warehouse by another name: views in it call it by the name of dbt."""
    connection.execute(f"attach ':memory:' as {alias}")
    for mart in sorted(keys_of_marts()):
        schema, _, _ = mart.partition(".")
        connection.execute(f"create schema if not exists {alias}.{schema}")
        connection.execute(f"create view {alias}.{mart} as from {WAREHOUSE}.{mart}")


def _rows(connection: DuckDBPyConnection, mart: Mart) -> MartDifference:
    counts = connection.execute(
        f"select row_kind, count(*) from {CHANGED} group by all order by all"
    ).fetchall()
    key = ", ".join(f"{column}::varchar" for column in mart.key)
    rows = connection.execute(
        f"select row_kind, cells, {key} from {CHANGED} order by number"
    ).fetchall()
    return MartDifference(
        mart.name,
        dict(counts),
        tuple(
            RowDifference(
                kind,
                dict(zip(mart.key, values, strict=True)),
                tuple(Cell(**cell) for cell in cells) if kind == "changed" else (),
            )
            for kind, cells, *values in rows
        ),
    )
