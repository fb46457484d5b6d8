"""Verify a build as its readers will see it, before anybody can see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from pipelines.errors import CheckFailedError
from pipelines.identity.keys import read_key
from pipelines.publish.dated import DEFINITION
from pipelines.publish.digests import NONE_READ, digest_of
from pipelines.publish.manifest import Manifest, PublishedTable, read_manifest
from pipelines.publish.marts import DATED_SCHEMA, MARTS, open_marts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.identity.keys import Key
    from pipelines.publish.digests import Digests

LEDGER_OF_BUILDS = "audit.builds"
RECONCILIATION = "audit.reconciliation"
_PERSONAL_COLUMN = re.compile(
    r"(^|_)(e?mail|e_mail|birth\w*|phone|address|ip|username|user_name"
    r"|(given|family|first|last|middle|full|display|student|teacher|person|learner)_?name)($|_)"
)
# Identifiers of Open edX hold an @ after `type` and `block`; they are no addresses.
_WITHOUT_OPAQUE_KEYS = r"regexp_replace({text}, '\+(type|block)@', ' ', 'g')"
_ADDRESS = r"[[:alnum:]._%+-]+(@|%40)[[:alnum:]-]+(\.[[:alnum:]-]+)*\.[[:alpha:]]{2,}"


class _Column(NamedTuple):
    """One column of a published table."""

    table: str
    name: str
    type: str


def verify_build(folder: Path, keys_folder: Path, *, known: Digests = NONE_READ) -> Manifest:
    """Return the manifest of a build that is whole; raise CheckFailedError with all its problems.

    A key is needed only for an encrypted build: marts.key. All files are read whose digests are
    not known.
    """
    try:
        manifest = read_manifest(folder)
        key = read_key(keys_folder, "marts") if manifest.is_encrypted else None
        problems = [*differing_files(folder, manifest, known), *_problems(folder, manifest, key)]
    except (OSError, ValueError, KeyError, TypeError):
        problems = ["build.json or a file that it names is missing or damaged"]
    except duckdb.Error:
        # DuckDB's message may quote a value.
        problems = ["marts.duckdb does not open or lacks a table or column"]
    if problems:
        raise CheckFailedError(
            f"the build in {folder.name.strip('.')} is not fit to be read:"
            + "".join(f"\n    {problem}" for problem in problems),
            "readers keep the build they have; mend the cause, remove this folder if it is there, "
            "and run build and publish again",
        )
    return manifest


def _problems(folder: Path, manifest: Manifest, key: Key | None) -> Iterator[str]:
    with open_marts(folder, key=key) as connection:
        columns = _columns(connection)
        missing = {LEDGER_OF_BUILDS, RECONCILIATION} - {column.table for column in columns}
        if missing:
            yield f"there is no {' and no '.join(sorted(missing))}: it has not been built"
            return
        yield from _differing_tables(connection, manifest, columns)
        yield from _foreign_builds(connection, manifest, columns)
        yield from _mixed_definitions(connection, manifest, columns)
        yield from _unreconciled(connection)
        yield from _personal_values(connection, columns)


def differing_files(folder: Path, manifest: Manifest, known: Digests) -> Iterator[str]:
    """Yield what is wrong with the bytes of the Parquet files of a build."""
    for table in manifest.tables:
        if digest_of(folder / table.parquet_path, known) != table.digest:
            yield f"{table.parquet_path} has other bytes than build.json says"


def _columns(connection: duckdb.DuckDBPyConnection) -> list[_Column]:
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, column_name, data_type
        from duckdb_columns()
        where database_name = ? and schema_name <> ?
        order by all
        """,
        [MARTS, DATED_SCHEMA],
    ).fetchall()
    return [_Column(*row) for row in rows]


def _differing_tables(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, columns: list[_Column]
) -> Iterator[str]:
    expected = {table.qualified_name for table in manifest.tables}
    present = {column.table for column in columns}
    for name in sorted(expected ^ present):
        yield f"{name} is in only one of build.json and marts.duckdb"
    for table in manifest.tables:
        if table.qualified_name in present and _rows(connection, table) != table.rows:
            yield f"{table.qualified_name} has not the {table.rows} rows that the warehouse has"


def _rows(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> int:
    return _number(connection, f"select count(*) from {_quoted(table.qualified_name)}")


def _foreign_builds(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, columns: list[_Column]
) -> Iterator[str]:
    build_id = manifest.build.build_id
    with_build_id = {column.table for column in columns if column.name == "build_id"}
    for table in manifest.tables:
        name = table.qualified_name
        if name not in with_build_id:
            yield f"{name} does not say which build it is of: it has no build_id"
            continue
        own = "count(*) filter (where build_id is not distinct from ?)"
        if name == LEDGER_OF_BUILDS:
            query, wanted = f"select {own} from {name}", 1
        else:
            query, wanted = f"select count(*) - {own} from {_quoted(name)}", 0
        if _number(connection, query, build_id) != wanted:
            yield f"{name} has rows of another build than {build_id}, or none of it"


def _mixed_definitions(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, columns: list[_Column]
) -> Iterator[str]:
    """Yield which dated tables have no definition: publishing gives them the one of all rows."""
    dated = {table.qualified_name for table in manifest.tables if table.is_dated}
    for column in columns:
        if column.table in dated and column.name in DEFINITION:
            query = f"select count(*) from {_quoted(column.table)} where {column.name} is null"
            if _number(connection, query):
                yield f"{column.table} has rows of more than one {column.name}, or of none"


def _unreconciled(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    files = _number(connection, f"select count(*) from {RECONCILIATION} where adds_up is not true")
    if files:
        yield f"{files} delivered file(s) do not add up; {RECONCILIATION} says which"


def _personal_values(
    connection: duckdb.DuckDBPyConnection, columns: list[_Column]
) -> Iterator[str]:
    texts: dict[str, list[_Column]] = {}
    for column in columns:
        if _PERSONAL_COLUMN.search(column.name.lower()):
            yield f"{column.table}.{column.name} is named like a personal detail"
        if "VARCHAR" in column.type:
            texts.setdefault(column.table, []).append(column)
    for table, of_table in texts.items():
        for column in _with_sign_of_address(connection, table, of_table):
            if _holds_address(connection, column):
                yield f"{table}.{column.name} holds something like an e-mail address"


def _with_sign_of_address(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[_Column]
) -> list[_Column]:
    """Return the columns that may hold an address, all read in one pass: few do."""
    texts = [f"{_quoted(column.name)}::varchar" for column in columns]
    signs = (f"bool_or(contains({text}, '@') or contains({text}, '%40'))" for text in texts)
    row = connection.execute(f"select {', '.join(signs)} from {_quoted(table)}").fetchone()
    return [column for column, sign in zip(columns, row or (), strict=True) if sign]


def _holds_address(connection: duckdb.DuckDBPyConnection, column: _Column) -> bool:
    text = _WITHOUT_OPAQUE_KEYS.format(text=f"{_quoted(column.name)}::varchar")
    query = f"select count(*) from {_quoted(column.table)} where regexp_matches({text}, ?)"
    return _number(connection, query, _ADDRESS) > 0


def _number(connection: duckdb.DuckDBPyConnection, query: str, *values: str) -> int:
    row = connection.execute(query, list(values)).fetchone()
    return int(row[0]) if row else 0


def _quoted(qualified_name: str) -> str:
    return ".".join(f'"{part}"' for part in qualified_name.split("."))
