"""Copy the marts out of the warehouse into marts.duckdb and Parquet, and open such a copy."""

from __future__ import annotations

import shutil
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipelines.publish.date_files import DatedRows, link_files, write_files
from pipelines.publish.dated import (
    BUILD_ID,
    COLUMNS_OF_ROWS,
    DATED_TABLES,
    ONE_VALUED,
    Changed,
    list_all,
    update_table,
)
from pipelines.publish.digests import NONE_READ, digest_of
from pipelines.publish.manifest import MARTS_FILE, PublishedTable
from pipelines.warehouse.connection import WAREHOUSE, attach, connect_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from pipelines.identity.keys import Key
    from pipelines.publish.digests import Digests

MARTS = "marts"
# Where marts.duckdb has the rows of tables that grow with every date; readers see them through a
# view that says the build and the definition, which in every row would cost more with every date.
DATED_SCHEMA = "dated"
# The families that docs/marts promise to readers; nothing else leaves the warehouse.
PUBLISHED_SCHEMAS = ("roster", "learning", "proxies", "signals", "district", "audit")


class Baseline(NamedTuple):
    """The published build that another brings up to date, and the digests of its files."""

    folder: Path
    digests: Digests


class Target(NamedTuple):
    """Where a build is copied to, and from what else than the warehouse."""

    folder: Path
    build_id: str
    key: Key | None
    baseline: Baseline | None = None

    @property
    def known_digests(self) -> Digests:
        """The digests of files that it may share with its baseline."""
        return self.baseline.digests if self.baseline else NONE_READ

    @property
    def parquet_options(self) -> str:
        """The options of DuckDB's `copy` with which its Parquet files are written.

        A higher level of zstd takes longer, and makes small files no smaller.
        """
        encryption = f", encryption_config {{footer_key: '{MARTS}'}}" if self.key else ""
        return f"format parquet, compression zstd, compression_level 1{encryption}"


class _Column(NamedTuple):
    """A column of a table or view, and what the warehouse says of it."""

    name: str
    type: str
    comment: str | None


class _Relation(NamedTuple):
    """A table or view of the warehouse."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[_Column, ...]

    @property
    def qualified_name(self) -> str:
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"

    @property
    def source(self) -> str:
        return f"{WAREHOUSE}.{self.qualified_name}"

    @property
    def target(self) -> str:
        return f"{MARTS}.{self.qualified_name}"

    @property
    def changed(self) -> Changed | None:
        """Where its changes are listed, of one that grows with every date."""
        return DATED_TABLES.get(f"{self.schema}.{self.name}")

    @property
    def dated(self) -> str:
        """The table of marts.duckdb that has its rows, of one that grows with every date."""
        return f"{DATED_SCHEMA}.{_quoted(self.name)}"


def copy_marts(connection: duckdb.DuckDBPyConnection, target: Target) -> tuple[PublishedTable, ...]:
    """Write marts.duckdb and the Parquet files below a folder; encrypted where a key is given.

    Rows are ordered by all columns, from the first, so the same rows give the same Parquet bytes.
    Tables that grow with every date are taken over from the baseline where there is one, and
    brought up to date.
    """
    if target.baseline:
        shutil.copyfile(target.baseline.folder / MARTS_FILE, target.folder / MARTS_FILE)
    attach(connection, target.folder / MARTS_FILE, target.key, alias=MARTS, read_only=False)
    if target.key is not None:
        _add_parquet_key(connection, target.key)
    relations = _relations(connection)
    for schema in (DATED_SCHEMA, *sorted({each.schema for each in relations})):
        connection.execute(f"create schema if not exists {MARTS}.{_quoted(schema)}")
    dated, others = _by_kind(relations)
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as beside:
        # Most of the others are too small for a second thread.
        copied = beside.submit(_copy_relations, cursor, others, target)
        tables = _copy_relations(connection, dated, target) + copied.result()
    _copy_comments(connection, relations)
    connection.execute(f"checkpoint {MARTS}")
    connection.execute(f"detach {MARTS}")
    return tuple(sorted(tables, key=lambda table: table.qualified_name))


@contextmanager
def open_marts(folder: Path, *, key: Key | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that reads the marts of a build; it never writes."""
    connection = connect_in_memory()
    try:
        attach(connection, folder / MARTS_FILE, key, alias=MARTS, read_only=True)
        if key is not None:
            _add_parquet_key(connection, key)
        connection.execute(f"use {MARTS}")
        yield connection
    finally:
        connection.close()


def _add_parquet_key(connection: duckdb.DuckDBPyConnection, key: Key) -> None:
    secret = b64encode(key.secret).decode("ascii")
    connection.execute(f"pragma add_parquet_key('{MARTS}', '{secret}')")


def _relations(connection: duckdb.DuckDBPyConnection) -> list[_Relation]:
    asked = {"database": WAREHOUSE, "schemas": list(PUBLISHED_SCHEMAS)}
    relations = connection.execute(
        """
        select schema_name, table_name, comment
        from duckdb_tables()
        where database_name = $database and list_contains($schemas, schema_name)
        union all
        select schema_name, view_name, comment
        from duckdb_views()
        where database_name = $database and list_contains($schemas, schema_name) and not internal
        order by all
        """,
        asked,
    ).fetchall()
    # DuckDB binds every view for this: it is asked once, for all.
    columns = connection.execute(
        """
        select schema_name, table_name, column_name, data_type, comment
        from duckdb_columns()
        where database_name = $database and list_contains($schemas, schema_name)
        order by schema_name, table_name, column_index
        """,
        asked,
    ).fetchall()
    of_relation: dict[tuple[str, str], list[_Column]] = {}
    for schema, name, *column in columns:
        of_relation.setdefault((schema, name), []).append(_Column(*column))
    return [
        _Relation(schema, name, comment, tuple(of_relation[schema, name]))
        for schema, name, comment in relations
    ]


def _by_kind(relations: list[_Relation]) -> tuple[list[_Relation], list[_Relation]]:
    """Return those that grow with every date, and the others."""
    return (
        [relation for relation in relations if relation.changed],
        [relation for relation in relations if not relation.changed],
    )


def _copy_relations(
    connection: duckdb.DuckDBPyConnection, relations: list[_Relation], target: Target
) -> list[PublishedTable]:
    return [_copy_relation(connection, relation, target) for relation in relations]


def _copy_relation(
    connection: duckdb.DuckDBPyConnection, relation: _Relation, target: Target
) -> PublishedTable:
    rows = _count(connection, relation.source)
    table = PublishedTable(
        relation.schema, relation.name, rows, "", is_dated=relation.changed is not None
    )
    path = target.folder / table.parquet_path
    if relation.changed:
        _copy_dated(connection, relation, relation.changed, target=target, path=path)
    else:
        connection.execute(
            f"create or replace table {relation.target} as from {relation.source} order by all"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f"copy (select *{_ids_as_text(relation)} from {relation.target})"
            f" to {_literal(str(path))} ({target.parquet_options})"
        )
    return replace(table, digest=digest_of(path, target.known_digests))


def _copy_dated(
    connection: duckdb.DuckDBPyConnection,
    relation: _Relation,
    changed: Changed,
    *,
    target: Target,
    path: Path,
) -> None:
    stored = f"{MARTS}.{relation.dated}"
    folder = path / f"{BUILD_ID}={target.build_id}"
    if target.baseline:
        update_table(
            connection,
            changed,
            source=f"{WAREHOUSE}.{changed.written}" if changed.written else relation.source,
            target=stored,
            listed=f"{WAREHOUSE}.{changed.list}",
        )
        earlier = target.baseline.folder / path.relative_to(target.folder)
        link_files(earlier / f"{BUILD_ID}={target.baseline.folder.name}", folder)
    else:
        # A date that changes is looked for in few row groups where rows lie by date.
        connection.execute(
            f"create or replace table {stored} as select {COLUMNS_OF_ROWS}"
            f" from {relation.source} order by {changed.date}"
        )
        list_all(connection, stored, changed.date)
    values = _values_of_all_rows(connection, relation)
    replaced = _ids_as_text(relation)
    # The name of the folder says the build.
    added = _as_columns({name: value for name, value in values.items() if name != BUILD_ID})
    rows = DatedRows(stored, changed.date, target.parquet_options, f"{replaced}{added}")
    write_files(connection, rows, folder)
    _show_rows(connection, relation, values)


def _values_of_all_rows(
    connection: duckdb.DuckDBPyConnection, relation: _Relation
) -> dict[str, str | None]:
    """Return what each of the ONE_VALUED columns of a table says; None unless all rows agree."""
    names = [column.name for column in relation.columns if column.name in ONE_VALUED]
    ends = (f"{end}(coalesce({name}, ''))" for end in ("min", "max") for name in names)
    (found,) = connection.execute(f"select {', '.join(ends)} from {relation.source}").fetchall()
    least, most = found[: len(names)], found[len(names) :]
    return {
        name: first if first and first == last else None
        for name, first, last in zip(names, least, most, strict=True)
    }


def _as_columns(values: dict[str, str | None]) -> str:
    """Return what adds these to the columns of a select."""
    return "".join(
        f", {'null' if value is None else _literal(value)}::varchar as {_quoted(name)}"
        for name, value in values.items()
    )


def _show_rows(
    connection: duckdb.DuckDBPyConnection, relation: _Relation, values: dict[str, str | None]
) -> None:
    """Show the rows of a dated table with the values that all of them have."""
    # Named without its database, the table is found under whatever name a reader attaches it.
    connection.execute(f"use {MARTS}")
    connection.execute(
        f"create or replace view {relation.qualified_name} as"
        f" select *{_as_columns(values)} from {relation.dated}"
    )
    connection.execute(f"use {WAREHOUSE}")


def _ids_as_text(relation: _Relation) -> str:
    """Return what makes text of UUIDs in a select: Parquet has them, but few of its readers do."""
    texts = [
        f"{_quoted(column.name)}::varchar as {_quoted(column.name)}"
        for column in relation.columns
        if column.type == "UUID"
    ]
    return f" replace ({', '.join(texts)})" if texts else ""


def _copy_comments(connection: duckdb.DuckDBPyConnection, relations: list[_Relation]) -> None:
    """Say of tables and columns what the warehouse says of them, and wait for the disk once."""
    connection.begin()
    for relation in relations:
        kind = "view" if relation.changed else "table"
        _comment(connection, f"{kind} {relation.target}", relation.comment)
        for column in relation.columns:
            _comment(connection, f"column {relation.target}.{_quoted(column.name)}", column.comment)
    connection.commit()


def _comment(connection: duckdb.DuckDBPyConnection, target: str, comment: str | None) -> None:
    if comment:
        connection.execute(f"comment on {target} is {_literal(comment)}")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
