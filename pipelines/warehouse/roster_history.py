"""Keep what rosters have said as spans of validity, and derive from it what was true on which day.

A version of a record holds from `valid_from` up to, not including, `valid_to`. The first delivery
says what has been so for as long as anybody knows: its versions have no first date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.roster_manifest import Mode
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from duckdb import DuckDBPyConnection

    from pipelines.warehouse.roster_incoming import Incoming

_DERIVATIONS = "pipelines/warehouse/roster_derived.sql"


class Size(NamedTuple):
    """How much a roster holds at one time."""

    students: int
    sections: int
    enrollments: int


def fold(connection: DuckDBPyConnection, incoming: Incoming, effective_on: date) -> None:
    """Bring a kept table up to date with incoming_<table>, from `effective_on` on."""
    table, columns = f"loaded.roster_{incoming.table}", _columns(connection, incoming.table)
    listed = ", ".join(columns)
    identifier = columns[0]
    insert = (
        f"insert into {table} select {listed}, $day, null from incoming_{incoming.table}"
        " where not is_deleted"
    )
    if not is_any_kept(connection, incoming.table):
        connection.execute(insert, {"day": None})
        return
    same = (
        f"select {identifier}, hash({listed}) from incoming_{incoming.table} where not is_deleted"
    )
    named = f"select {identifier} from incoming_{incoming.table}"
    is_concerned = f"{identifier} in ({named})" if incoming.mode is Mode.DELTA else "true"
    connection.execute(
        f"update {table} set valid_to = $day where valid_to is null and {is_concerned}"
        f" and ({identifier}, hash({listed})) not in ({same})",
        {"day": effective_on},
    )
    # What came and went on the same date never was.
    connection.execute(f"delete from {table} where valid_from >= valid_to")
    connection.execute(
        f"{insert} and ({identifier}, hash({listed})) not in"
        f" (select {identifier}, hash({listed}) from {table} where valid_to is null)",
        {"day": effective_on},
    )


def is_any_kept(connection: DuckDBPyConnection, table: str) -> bool:
    """Tell whether rosters have ever said something of a kind of record."""
    return bool(_count(connection, f"select count(*) from loaded.roster_{table}"))


def derive(connection: DuckDBPyConnection) -> None:
    """Make anew the tables that the models read, from all that rosters have said."""
    statements = resource_path(_DERIVATIONS).read_text(encoding="utf-8")
    connection.execute(statements)


def size_now(connection: DuckDBPyConnection) -> Size:
    """Return how much the newest loaded roster holds."""
    return Size(*(_count(connection, f"{query} and valid_to is null") for query in _SIZES.values()))


def size_after(connection: DuckDBPyConnection, incoming: Iterable[Incoming]) -> Size:
    """Return how much the roster would hold once incoming_<table> were folded in."""
    by_table = {each.table: each for each in incoming}
    return Size(*(_count_after(connection, by_table.get(table), table) for table in _SIZES))


def _count_after(connection: DuckDBPyConnection, incoming: Incoming | None, table: str) -> int:
    query = _SIZES[table]
    now = f"{query} and valid_to is null"
    if incoming is None:
        return _count(connection, now)
    coming = query.replace(f"loaded.roster_{table}", f"incoming_{table}") + " and not is_deleted"
    if incoming.mode is Mode.BULK:
        return _count(connection, coming)
    identifier = _columns(connection, table)[0]
    kept = f"{now} and {identifier} not in (select {identifier} from incoming_{table})"
    return _count(connection, kept) + _count(connection, coming)


_SIZES = {
    "roles": "select count(distinct person_key) from loaded.roster_roles where role = 'student'",
    "classes": "select count(distinct section_id) from loaded.roster_classes where true",
    "enrollments": "select count(*) from loaded.roster_enrollments where role = 'student'",
}


def _columns(connection: DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns that a record has, in the order of its incoming table."""
    described = connection.execute(f"describe incoming_{table}").fetchall()
    return [row[0] for row in described if row[0] != "is_deleted"]


def _count(connection: DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
